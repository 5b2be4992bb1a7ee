#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks what scripts/package made.

check_artifacts.py DIST [OTHER]: the checksums, the layout of the OCI image (every blob has
its digest and size, every reference leads to a blob, the root file system runs nothing as
root) and the SBOM. With OTHER, the same commit built in another folder, that all files are
byte-equal.
"""
import gzip
import hashlib
import io
import json
import pathlib
import sys
import tarfile

faults = []


def expect(condition, fault):
    if not condition:
        faults.append(fault)


def check_sums(dist):
    lines = (dist / 'SHA256SUMS').read_text().splitlines()
    expect({line.split('  ')[1] for line in lines} | {'SHA256SUMS'} ==
           {path.name for path in dist.iterdir()}, 'SHA256SUMS does not list each file')
    for line in lines:
        digest, name = line.split('  ')
        expect(hashlib.sha256((dist / name).read_bytes()).hexdigest() == digest,
               f'{name} has another checksum')


def blob_of(blobs, descriptor):
    digest = descriptor['digest'].partition(':')[2]
    content = blobs.get(f'blobs/sha256/{digest}')
    if content is None:
        sys.exit(f'{descriptor["digest"]} is not in the image')
    expect(len(content) == descriptor['size'], f'{digest} has another size')
    return content


def check_image(path):
    with tarfile.open(path) as archive:
        blobs = {member.name: archive.extractfile(member).read()
                 for member in archive if member.isfile()}
    expect(json.loads(blobs['oci-layout']) == {'imageLayoutVersion': '1.0.0'}, 'oci-layout')
    for name, content in blobs.items():
        if name.startswith('blobs/sha256/'):
            expect(hashlib.sha256(content).hexdigest() == name.rpartition('/')[2],
                   f'{name} is not its digest')
    index = json.loads(blobs['index.json'])
    expect(index['schemaVersion'] == 2, 'the index has another version')
    used = set()
    for descriptor in index['manifests']:
        manifest = json.loads(blob_of(blobs, descriptor))
        config = json.loads(blob_of(blobs, manifest['config']))
        used |= {descriptor['digest'], manifest['config']['digest']}
        used |= {layer['digest'] for layer in manifest['layers']}
        check_config(config)
        layers = [gzip.decompress(blob_of(blobs, layer)) for layer in manifest['layers']]
        expect([f'sha256:{hashlib.sha256(layer).hexdigest()}' for layer in layers] ==
               config['rootfs']['diff_ids'], 'the layers differ from diff_ids')
        check_root(layers[0], config)
    expect({f'blobs/sha256/{digest.partition(":")[2]}' for digest in used} ==
           {name for name in blobs if name.startswith('blobs/')}, 'the image has unused blobs')


def check_config(config):
    user = config['config']['User'].split(':')[0]
    expect(user.isdigit() and int(user) > 0, 'the image runs as root')
    expect(config['config']['Cmd'][0] == 'sandbox', 'the image does not run a sandbox')
    expect('0.0.0.0:8080' in config['config']['Cmd'], 'the sandbox cannot be reached')


def check_root(layer, config):
    with tarfile.open(fileobj=io.BytesIO(layer)) as root:
        members = {member.name: member for member in root}
    program = members[config['config']['Entrypoint'][0].lstrip('/')]
    expect(program.mode & 0o111, 'the program cannot be run')
    for member in members.values():
        expect(not member.mode & 0o6000, f'{member.name} is setuid')
        writable = member.mode & 0o022 and member.name != 'tmp'
        expect(not writable or member.issym(), f'{member.name} can be written by others')
    owner = int(config['config']['User'].split(':')[0])
    expect(members['data'].uid == owner, 'the image cannot write its data')


def check_sbom(path):
    document = json.loads(path.read_text())
    expect(document['spdxVersion'] == 'SPDX-2.3', 'the SBOM is not SPDX 2.3')
    identifiers = {element['SPDXID'] for kind in ('packages', 'files') for element in document[kind]}
    identifiers.add('SPDXRef-DOCUMENT')
    expect(len(identifiers) == len(document['packages']) + len(document['files']) + 1,
           'two elements of the SBOM have one id')
    for relation in document['relationships']:
        for end in ('spdxElementId', 'relatedSpdxElement'):
            expect(relation[end] in identifiers, f'{relation[end]} is not in the SBOM')


def check_equal(dist, other):
    for path in sorted(dist.iterdir()):
        twin = other / path.name
        expect(twin.exists() and twin.read_bytes() == path.read_bytes(),
               f'{path.name} is not the same in {other}')


def main(dist, other=None):
    dist = pathlib.Path(dist)
    check_sums(dist)
    for image in dist.glob('*-oci-*.tar'):
        check_image(image)
    for document in dist.glob('*.spdx.json'):
        check_sbom(document)
    expect(len(list(dist.iterdir())) == 5, 'an artifact is missing')
    if other:
        check_equal(dist, pathlib.Path(other))
    for fault in faults:
        print(f'check_artifacts: {fault}', file=sys.stderr)
    sys.exit(1 if faults else 0)


if __name__ == '__main__':
    if len(sys.argv) not in (2, 3):
        sys.exit('usage: check_artifacts.py DIST [OTHER]')
    main(*sys.argv[1:])
