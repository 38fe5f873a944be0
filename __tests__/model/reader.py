"""Reads and changes an account by boto3, one request a line: {"id", "do": "read" | "call", ...} → {"id", "ok" | "error"}."""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import boto3
from botocore.config import Config

endpoint = sys.argv[1]
session = boto3.Session(aws_access_key_id="reader", aws_secret_access_key="reader", region_name="us-west-2")
config = Config(max_pool_connections=16, retries={"max_attempts": 1})
clients = {
    name: session.client(name, endpoint_url=endpoint, config=config)
    for name in ("ssm", "secretsmanager", "logs", "ecr", "resourcegroupstaggingapi")
}
ssm, secrets, logs, ecr = (clients[name] for name in ("ssm", "secretsmanager", "logs", "ecr"))


def tag_map(tags):
    return {tag["Key"]: tag["Value"] for tag in tags or []}


def read_parameters(root):
    found = {}
    for page in ssm.get_paginator("get_parameters_by_path").paginate(Path=root, Recursive=True, WithDecryption=True):
        for one in page["Parameters"]:
            found[one["Name"]] = {"type": one["Type"], "value": one["Value"], "tags": {}}
    if not found:
        return found
    pages = clients["resourcegroupstaggingapi"].get_paginator("get_resources")
    for page in pages.paginate(ResourceTypeFilters=["ssm:parameter"]):
        for one in page["ResourceTagMappingList"]:
            name = "/" + one["ResourceARN"].split(":parameter/", 1)[1]
            if name in found:
                found[name]["tags"] = tag_map(one["Tags"])
    return found


def read_secrets(root):
    found = {}
    pages = secrets.get_paginator("list_secrets")
    for page in pages.paginate(IncludePlannedDeletion=True, Filters=[{"Key": "name", "Values": [root]}]):
        for one in page["SecretList"]:
            if not one["Name"].startswith(root):
                continue
            secret = {"value": None, "tags": tag_map(one.get("Tags")), "isDeleted": "DeletedDate" in one}
            if not secret["isDeleted"]:
                text = secrets.get_secret_value(SecretId=one["Name"])["SecretString"]
                try:
                    value = json.loads(text)
                except ValueError:
                    value = text
                secret["value"] = value if isinstance(value, dict) else text
            found[one["Name"]] = secret
    return found


def read_log_group(name):
    for one in logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]:
        if one["logGroupName"] == name:
            tags = logs.list_tags_for_resource(resourceArn=one["arn"].removesuffix(":*"))["tags"]
            return {"retention": one.get("retentionInDays"), "tags": tags}
    return None


def read_repository(name):
    try:
        [one] = ecr.describe_repositories(repositoryNames=[name])["repositories"]
    except ecr.exceptions.RepositoryNotFoundException:
        return None
    try:
        policy = json.loads(ecr.get_lifecycle_policy(repositoryName=name)["lifecyclePolicyText"])
    except ecr.exceptions.LifecyclePolicyNotFoundException:
        policy = None
    tags = tag_map(ecr.list_tags_for_resource(resourceArn=one["repositoryArn"])["tags"])
    return {"mutability": one["imageTagMutability"], "tags": tags, "policy": policy}


def untag(name):
    """moto would give the tags of a deleted group to the next one of that name; AWS does not."""
    for one in logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]:
        arn = one["arn"].removesuffix(":*")
        keys = list(logs.list_tags_for_resource(resourceArn=arn)["tags"])
        if one["logGroupName"] == name and keys:
            logs.untag_resource(resourceArn=arn, tagKeys=keys)


def answer(request):
    if request["do"] == "call":
        if request["operation"] == "delete_log_group":
            untag(request["input"]["logGroupName"])
        getattr(clients[request["service"]], request["operation"])(**request["input"])
        return None
    return {
        "parameters": read_parameters(request["parameters"]),
        "secrets": read_secrets(request["secrets"]),
        "logGroups": {name: read_log_group(name) for name in request["logGroups"]},
        "repositories": {name: read_repository(name) for name in request["repositories"]},
    }


lock = Lock()


def serve(line):
    request = json.loads(line)
    try:
        reply = {"id": request["id"], "ok": answer(request)}
    except Exception as error:  # whatever it is, the other side has to hear of it
        reply = {"id": request["id"], "error": f"{type(error).__name__}: {error}"}
    with lock:
        print(json.dumps(reply), flush=True)


with ThreadPoolExecutor(4) as pool:
    for line in sys.stdin:
        pool.submit(serve, line)
