"""Files of an S3-compatible store, copied once to this machine: `python fetch.py s3://bucket/prefix` prints the folder they lie in.

The store and its keys are found as every client of AWS finds them: AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID and so on, or a role.
"""

import hashlib
import os
import shutil
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlparse


def local_copy(address: str) -> str:
    """The folder with the files under an address such as s3://bucket/prefix; a path is its own copy.

    What is copied is known by the name, size and checksum of every file, so that changed files are another copy. A copy is there whole
    or not at all.
    """
    if "://" not in address:
        return address
    import boto3

    parts = urlparse(address)
    if parts.scheme != "s3":
        raise SystemExit(f"data from {address!r} cannot be fetched: name a path or s3://bucket/prefix")
    prefix = parts.path.lstrip("/")
    store = boto3.client("s3")
    pages = store.get_paginator("list_objects_v2").paginate(Bucket=parts.netloc, Prefix=prefix)
    files = [(one["Key"], one["Size"], one["ETag"]) for page in pages for one in page.get("Contents", [])]
    files = [one for one in files if not one[0].endswith("/")]
    if not files:
        raise SystemExit(f"there is nothing under {address}")
    digest = hashlib.sha256(repr((address, files)).encode()).hexdigest()[:24]
    base = Path(os.environ.get("RELUCTANT_CACHE") or Path.home() / ".cache" / "reluctant") / "data"
    place = base / digest
    if place.is_dir():
        return str(place)
    base.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f"{digest}.", dir=base))
    try:
        for key, _, _ in files:
            # Names within the prefix; one file alone keeps its name.
            name = key[len(prefix) :].lstrip("/") or Path(key).name
            target = (draft / name).resolve()
            if not target.is_relative_to(draft.resolve()):
                raise SystemExit(f"the name {key!r} leads out of the folder it is copied to")
            target.parent.mkdir(parents=True, exist_ok=True)
            store.download_file(parts.netloc, key, str(target))
        try:
            draft.rename(place)
        except OSError:
            if not place.is_dir():  # another process was faster
                raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return str(place)


if __name__ == "__main__":
    print(local_copy(sys.argv[1]))
