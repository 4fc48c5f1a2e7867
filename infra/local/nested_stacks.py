"""Makes the emulator's nested stacks behave as AWS documents them, where a second deployment would notice."""

import functools


def keep_attributes(original):
    """AWS: `Fn::GetAtt` of a resource that an update leaves as it is gives what it gave.

    The emulator says so of the resources of a stack, and forgets it of those of a stack inside another.
    """
    @functools.wraps(original)
    def update_resource(resource_type, physical_id, old, new, stack, logical_id=None, attributes=None):
        if attributes is None:
            from ministack.services.cloudformation import _stacks
            known = _stacks[stack]["_resources"] if stack in _stacks else {}
            attributes = known.get(logical_id, {}).get("Attributes")
        return original(resource_type, physical_id, old, new, stack, logical_id, attributes)
    return update_resource
