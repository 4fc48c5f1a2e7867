"""Makes the emulator's state machines behave as AWS documents them, where the shop's delivery would notice."""

import functools
import json

import yaml


def read_yaml(original):
    """AWS: the object that `DefinitionS3Location` names is JSON or YAML. Substitutions come first, in the text."""
    @functools.wraps(original)
    def definition(properties):
        text = original(properties)
        try:
            json.loads(text)
            return text
        except ValueError:
            return json.dumps(yaml.safe_load(text))
    return definition


def tell_attributes(original):
    """AWS: `sns:publish` of a state machine takes `MessageAttributes` as the service's JSON has them; the emulator drops them.

    Written as SNS's query protocol has them, which is what the emulator reads.
    """
    @functools.wraps(original)
    def publish(parameters):
        attributes = parameters.get("MessageAttributes")
        if isinstance(attributes, dict):
            entries = [("MessageAttributes.entry.%d" % number, name, value)
                       for number, (name, value) in enumerate(attributes.items(), 1)]
            parameters = {**parameters, **{f"{entry}.Name": name for entry, name, _ in entries},
                          **{f"{entry}.Value.{key}": text for entry, _, value in entries for key, text in value.items()}}
        return original(parameters)
    return publish
