"""Makes a bucket or a container in an emulator: `make.py s3|azure ENDPOINT NAME`."""

import sys

kind, endpoint, name = sys.argv[1:]
if kind == "s3":
    import boto3

    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
    boto3.client("s3", endpoint_url=endpoint, **keys).create_bucket(Bucket=name)
else:
    from azure.storage.blob import ContainerClient

    account, key = sys.stdin.read().split()
    ContainerClient(endpoint, name, credential={"account_name": account, "account_key": key}).create_container()
