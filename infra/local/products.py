"""Puts the products of products.json into a table: `products.py TABLE`. Runs inside `.venv`, which has boto3."""

import json
import sys
from pathlib import Path

import boto3

PRODUCTS = Path(__file__).with_name("products.json")


def main(table):
    with boto3.resource("dynamodb").Table(table).batch_writer() as batch:
        for product in json.loads(PRODUCTS.read_text()):
            batch.put_item(Item=product)


if __name__ == "__main__":
    main(*sys.argv[1:])
