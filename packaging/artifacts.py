#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes a portable tarball, an OCI image and an SBOM of installed programs.

artifacts.py tarball|oci|sbom STAGE VERSION OUT: STAGE holds usr/bin/zerotouchd and the
other files of the package. The same files and SOURCE_DATE_EPOCH make the same bytes.
"""
import gzip
import hashlib
import io
import json
import os
import pathlib
import re
import subprocess
import sys
import tarfile
import time

EPOCH = int(os.environ.get('SOURCE_DATE_EPOCH', '0'))
PROGRAMS = ('zerotouchd', 'zerotouch')
ARCHITECTURES = {'x86_64': 'amd64', 'aarch64': 'arm64'}
MACHINE = os.uname().machine
# The user of the image; it has no name on most systems.
IMAGE_USER = 65532
LAUNCHER = '''#!/bin/sh
# Runs {name} with the libraries of this folder.
here=$(dirname "$(readlink -f "$0")")/..
exec "$here/lib/{loader}" --library-path "$here/lib" --argv0 "$0" "$here/libexec/{name}" "$@"
'''


class Tar:
    """A tar archive in which order, owners and times do not vary."""

    def __init__(self):
        self.bytes = io.BytesIO()
        self.archive = tarfile.open(fileobj=self.bytes, mode='w', format=tarfile.GNU_FORMAT)
        self.names = set()

    def _info(self, name, mode, owner=0):
        info = tarfile.TarInfo(name)
        info.mode, info.mtime, info.uid, info.gid = mode, EPOCH, owner, owner
        return info

    def folder(self, name, mode=0o755, owner=0):
        if name in self.names or name in ('', '.'):
            return
        self.folder(os.path.dirname(name))
        self.names.add(name)
        info = self._info(name, mode, owner)
        info.type = tarfile.DIRTYPE
        self.archive.addfile(info)

    def file(self, name, content, mode=0o644):
        if name in self.names:
            return
        self.folder(os.path.dirname(name))
        self.names.add(name)
        info = self._info(name, mode)
        info.size = len(content)
        self.archive.addfile(info, io.BytesIO(content))

    def link(self, name, target):
        if name in self.names:
            return
        self.folder(os.path.dirname(name))
        self.names.add(name)
        info = self._info(name, 0o777)
        info.type, info.linkname = tarfile.SYMTYPE, target
        self.archive.addfile(info)

    def done(self):
        self.archive.close()
        return self.bytes.getvalue()


def read(path):
    return pathlib.Path(path).read_bytes()


def libraries(stage):
    """Returns the shared libraries of the programs, sorted, and the loader last."""
    found, loader = set(), None
    for program in PROGRAMS:
        binary = stage / 'usr/bin' / program
        said = subprocess.run(['ldd', binary], check=True, capture_output=True, text=True).stdout
        if 'not found' in said:
            sys.exit(f'artifacts: {binary} lacks a library:\n{said}')
        for line in said.splitlines():
            match = re.search(r'(?:=> )?(/\S+) \(0x', line)
            if not match:
                continue
            if '/ld-linux' in match.group(1):
                loader = match.group(1)
            else:
                found.add(match.group(1))
    return sorted(found), loader


def zipped(content):
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode='wb', compresslevel=9, mtime=EPOCH) as stream:
        stream.write(content)
    return out.getvalue()


def tarball(stage, version, out):
    """Writes one folder that runs on any Linux of this architecture."""
    name = f'zerotouch-{version}-linux-{ARCHITECTURES[MACHINE]}'
    tar = Tar()
    found, loader = libraries(stage)
    for program in PROGRAMS:
        launcher = LAUNCHER.format(name=program, loader=os.path.basename(loader))
        tar.file(f'{name}/bin/{program}', launcher.encode(), 0o755)
        tar.file(f'{name}/libexec/{program}', read(stage / 'usr/bin' / program), 0o755)
    for library in found:
        tar.file(f'{name}/lib/{os.path.basename(library)}', read(library))
    tar.file(f'{name}/lib/{os.path.basename(loader)}', read(loader), 0o755)
    tar.file(f'{name}/zerotouchd.toml', read(stage / 'etc/zerotouch/zerotouchd.toml'))
    shared = stage / 'usr/share'
    for path in sorted(shared.rglob('*')):
        if path.is_file() and ('man' in path.parts or 'zerotouchd' in path.parts):
            tar.file(f'{name}/share/{path.relative_to(shared)}', read(path))
    (out / f'{name}.tar.gz').write_bytes(zipped(tar.done()))


def root_files(stage):
    """Returns the tar of the image's root: the programs and what they load."""
    tar = Tar()
    found, loader = libraries(stage)
    for library in [*found, loader]:
        tar.file(library.lstrip('/'), read(library), 0o755)
    for program in PROGRAMS:
        tar.file(f'usr/bin/{program}', read(stage / 'usr/bin' / program), 0o755)
    tar.file('etc/passwd', f'zerotouch:x:{IMAGE_USER}:{IMAGE_USER}::/data:/sbin/nologin\n'.encode())
    tar.file('etc/group', f'zerotouch:x:{IMAGE_USER}:\n'.encode())
    tar.file('etc/nsswitch.conf', b'hosts: files dns\n')
    tar.file('etc/ssl/certs/ca-certificates.crt', read('/etc/ssl/certs/ca-certificates.crt'))
    tar.folder('data', 0o700, IMAGE_USER)
    tar.folder('tmp', 0o1777)
    return tar.done()


class Image:
    """An OCI image layout (OCI Image Format Specification 1.0) in one tar archive."""

    def __init__(self):
        self.blobs = {}

    def blob(self, content, media_type):
        digest = hashlib.sha256(content).hexdigest()
        self.blobs[digest] = content
        return {'mediaType': media_type, 'digest': f'sha256:{digest}', 'size': len(content)}

    def json(self, value, kind):
        text = json.dumps(value, sort_keys=True, separators=(',', ':'))
        return self.blob(text.encode(), f'application/vnd.oci.image.{kind}+json')

    def archive(self, index):
        tar = Tar()
        tar.file('oci-layout', b'{"imageLayoutVersion":"1.0.0"}')
        tar.file('index.json', json.dumps(index, sort_keys=True, separators=(',', ':')).encode())
        for digest in sorted(self.blobs):
            tar.file(f'blobs/sha256/{digest}', self.blobs[digest])
        return tar.done()


def created():
    return time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(EPOCH))


def image_config(version, layer):
    listen = ['--listen', '0.0.0.0:8080', '--metrics-listen', '0.0.0.0:9464']
    return {
        'created': created(),
        'architecture': ARCHITECTURES[MACHINE],
        'os': 'linux',
        'config': {
            'User': f'{IMAGE_USER}:{IMAGE_USER}',
            'ExposedPorts': {'8080/tcp': {}, '9464/tcp': {}},
            'Env': ['PATH=/usr/bin', 'SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt'],
            'Entrypoint': ['/usr/bin/zerotouchd'],
            'Cmd': ['sandbox', *listen, '--data-dir', '/data'],
            'WorkingDir': '/data',
            'Volumes': {'/data': {}},
            'StopSignal': 'SIGTERM',
            # Docker reads it too; other engines probe /readyz of the metrics' port.
            'Healthcheck': {'Test': ['CMD', '/usr/bin/zerotouchd', 'health'],
                            'Interval': 10_000_000_000, 'Timeout': 3_000_000_000, 'Retries': 3},
            'Labels': {
                'org.opencontainers.image.title': 'OpenZeroTouch',
                'org.opencontainers.image.version': version,
                'org.opencontainers.image.licenses': 'Apache-2.0',
            },
        },
        'rootfs': {'type': 'layers', 'diff_ids': [f'sha256:{hashlib.sha256(layer).hexdigest()}']},
        'history': [{'created': created(), 'created_by': 'packaging/artifacts.py'}],
    }


def oci(stage, version, out):
    """Writes the image layout as a tar archive, which engines load without a registry."""
    image = Image()
    layer = root_files(stage)
    layers = [image.blob(zipped(layer), 'application/vnd.oci.image.layer.v1.tar+gzip')]
    config = image.json(image_config(version, layer), 'config.v1')
    manifest = image.json({'schemaVersion': 2, 'config': config, 'layers': layers,
                           'mediaType': 'application/vnd.oci.image.manifest.v1+json'},
                          'manifest.v1')
    manifest['platform'] = {'architecture': ARCHITECTURES[MACHINE], 'os': 'linux'}
    manifest['annotations'] = {'org.opencontainers.image.ref.name': version.replace('~', '-')}
    index = {'schemaVersion': 2, 'mediaType': 'application/vnd.oci.image.index.v1+json',
             'manifests': [manifest]}
    (out / f'zerotouchd-{version}-oci-{ARCHITECTURES[MACHINE]}.tar').write_bytes(
        image.archive(index))


def owners_of(libraries):
    """Returns names and versions of the Debian packages that the libraries are of, sorted."""
    # A package may have the file by another name: /lib is a link to /usr/lib.
    names = {library: (library, os.path.realpath(library), '/usr' + library)
             for library in libraries}
    # It looks through all packages, so it is asked once. It fails for the names that none has.
    asked = sorted({path for paths in names.values() for path in paths})
    said = subprocess.run(['dpkg', '-S', *asked], capture_output=True, text=True,
                          check=False).stdout
    package_of = {}
    for line in said.splitlines():
        packages, _, path = line.partition(': ')
        package_of[path] = packages.split(',')[0]
    packages = set()
    for library, paths in names.items():
        found = [package_of[path] for path in paths if path in package_of]
        if not found:
            sys.exit(f'artifacts: no package has {library}')
        packages.add(found[0])
    said = subprocess.run(['dpkg-query', '-W', '-f', '${Package} ${Version}\\n', *sorted(packages)],
                          check=True, capture_output=True, text=True).stdout
    return sorted({tuple(line.split(' ')) for line in said.splitlines()})


def sbom(stage, version, out):
    """Writes what the programs are made of and load, as SPDX 2.3 in JSON."""
    found, loader = libraries(stage)
    owners = owners_of([*found, loader])
    packages = [{
        'SPDXID': 'SPDXRef-zerotouchd', 'name': 'zerotouchd', 'versionInfo': version,
        'downloadLocation': 'NOASSERTION', 'filesAnalyzed': False,
        'licenseConcluded': 'Apache-2.0', 'licenseDeclared': 'Apache-2.0',
        'copyrightText': 'NOASSERTION', 'primaryPackagePurpose': 'APPLICATION',
    }]
    relations = [{'spdxElementId': 'SPDXRef-DOCUMENT', 'relationshipType': 'DESCRIBES',
                  'relatedSpdxElement': 'SPDXRef-zerotouchd'}]
    for name, number in owners:
        identifier = 'SPDXRef-' + re.sub('[^A-Za-z0-9.-]', '-', name)
        packages.append({
            'SPDXID': identifier, 'name': name, 'versionInfo': number,
            'downloadLocation': 'NOASSERTION', 'filesAnalyzed': False,
            'licenseConcluded': 'NOASSERTION', 'licenseDeclared': 'NOASSERTION',
            'copyrightText': 'NOASSERTION', 'supplier': 'Organization: Debian',
            'externalRefs': [{'referenceCategory': 'PACKAGE-MANAGER', 'referenceType': 'purl',
                              'referenceLocator': f'pkg:deb/debian/{name}@{number}'}],
        })
        relations.append({'spdxElementId': 'SPDXRef-zerotouchd',
                          'relationshipType': 'DYNAMIC_LINK', 'relatedSpdxElement': identifier})
    files = []
    for program in PROGRAMS:
        content = read(stage / 'usr/bin' / program)
        files.append({
            'SPDXID': f'SPDXRef-file-{program}', 'fileName': f'./usr/bin/{program}',
            'checksums': [{'algorithm': name, 'checksumValue': hashlib.new(name, content).hexdigest()}
                          for name in ('SHA1', 'SHA256')],
            'licenseConcluded': 'Apache-2.0', 'copyrightText': 'NOASSERTION',
        })
        relations.append({'spdxElementId': 'SPDXRef-zerotouchd', 'relationshipType': 'CONTAINS',
                          'relatedSpdxElement': f'SPDXRef-file-{program}'})
    unique = hashlib.sha256(json.dumps([packages, files], sort_keys=True).encode()).hexdigest()
    document = {
        'spdxVersion': 'SPDX-2.3', 'dataLicense': 'CC0-1.0', 'SPDXID': 'SPDXRef-DOCUMENT',
        'name': f'zerotouchd-{version}',
        'documentNamespace': f'https://openzerotouch.invalid/spdx/{unique}',
        'creationInfo': {'created': created(), 'creators': ['Tool: openzerotouch-artifacts']},
        'packages': packages, 'files': files, 'relationships': relations,
    }
    (out / f'zerotouchd-{version}.spdx.json').write_text(json.dumps(document, indent=1) + '\n')


def main(kind, stage, version, out):
    made = {'tarball': tarball, 'oci': oci, 'sbom': sbom}
    made[kind](pathlib.Path(stage), version, pathlib.Path(out))


if __name__ == '__main__':
    if len(sys.argv) != 5 or sys.argv[1] not in ('tarball', 'oci', 'sbom'):
        sys.exit('usage: artifacts.py tarball|oci|sbom STAGE VERSION OUT')
    main(*sys.argv[1:])
