#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Installs, upgrades, removes and purges the Debian package in a minimal Debian.

install_test.py DIST [BASE]: DIST holds the package. Makes a minimal Debian 12 in a folder
(or takes a copy of the one in BASE), without systemd, so the service is run by hand as the
unit would: as its user, without capabilities, with a root file system that it cannot write,
its settings as a credential, and a notification socket. Needs root and debootstrap. Mounts and
processes are in namespaces that end with the test. The upgrade comes while a batch runs.

Exits with 77, which ctest calls skipped, where no such machine can be made.
"""
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
CREDENTIALS = '/run/credentials/zerotouchd.service'
NOTIFY = '/run/notify'
ENVIRONMENT = {'PATH': '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
               'HOME': '/root', 'LANG': 'C.UTF-8', 'DEBIAN_FRONTEND': 'noninteractive'}
READY_SECONDS = 60
SKIPPED = 77
BATCH = 100_000
BATCH_SECONDS = 300


def free_port():
    with socket.socket() as listener:
        listener.bind(('127.0.0.1', 0))
        return listener.getsockname()[1]


class Machine:
    """A Debian in a folder."""

    def __init__(self, folder):
        self.folder = folder

    def command(self, mode, arguments):
        return ['unshare', '--mount', '--pid', '--fork', '--kill-child', 'sh',
                str(HERE / 'machine.sh'), str(self.folder), mode, *arguments]

    def run(self, *arguments, check=True):
        run = subprocess.run(self.command('root', arguments), env=self.environment(),
                             capture_output=True, text=True, check=False)
        if check and run.returncode != 0:
            sys.exit(f'{" ".join(arguments)} failed:\n{run.stdout}{run.stderr}')
        return run

    @staticmethod
    def environment(**more):
        proxies = {name: value for name, value in os.environ.items() if 'proxy' in name.lower()}
        return {**ENVIRONMENT, **proxies, **more}

    def path(self, name):
        return self.folder / name.lstrip('/')

    def exists(self, name):
        return os.path.lexists(self.path(name))


def sources():
    """Returns this machine's sources of Debian 12 itself."""
    said = subprocess.run(
        ['apt-get', 'indextargets', '--format', 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)',
         'Created-By: Packages'], check=True, capture_output=True, text=True).stdout
    return sorted({line for line in said.splitlines()
                   if line.split()[2] in ('bookworm', 'bookworm-updates', 'bookworm-security')
                   and line.split()[3] == 'main'})


def make_machine(folder, base):
    lines = sources()
    if base:
        subprocess.run(['cp', '-a', '--reflink=auto', f'{base}/.', folder], check=True)
    else:
        mirror = next(line.split()[1] for line in lines if line.split()[2] == 'bookworm')
        subprocess.run(['debootstrap', '--variant=minbase', 'bookworm', folder, mirror], check=True,
                       stdout=subprocess.DEVNULL)
    machine = Machine(folder)
    machine.path('/etc/apt/sources.list').write_text('\n'.join(lines) + '\n')
    said = subprocess.run(['apt-config', 'dump'], check=True, capture_output=True, text=True).stdout
    machine.path('/etc/apt/apt.conf.d/90machine').write_text(''.join(
        line + '\n' for line in said.splitlines()
        if line.lower().startswith(('acquire::http::proxy', 'acquire::https::proxy',
                                    'acquire::https::cainfo'))))
    for name in ('/etc/resolv.conf', '/etc/hosts'):
        shutil.copy(name, machine.path(name))
    machine.run('apt-get', 'update', '-q')
    return machine


def older(package, folder):
    """Returns a copy of the package with a lower version."""
    tree = folder / 'older'
    subprocess.run(['dpkg-deb', '-R', package, tree], check=True)
    control = tree / 'DEBIAN/control'
    lines = ['Version: 0.0.1' if line.startswith('Version:') else line
             for line in control.read_text().splitlines()]
    control.write_text('\n'.join(lines) + '\n')
    built = folder / 'zerotouchd_0.0.1.deb'
    subprocess.run(['dpkg-deb', '--root-owner-group', '-Znone', '-b', tree, built], check=True,
                   stdout=subprocess.DEVNULL)
    return built


def unit_of(machine):
    """Returns the settings of the [Service] section, as pairs."""
    text = machine.path('/lib/systemd/system/zerotouchd.service').read_text()
    service = text.split('[Service]')[1].split('[Install]')[0]
    return [tuple(line.split('=', 1)) for line in service.splitlines()
            if '=' in line and not line.startswith('#')]


class Service:
    """The service, run by hand as its unit says."""

    def __init__(self, machine, port):
        self.machine = machine
        unit = unit_of(machine)
        values = dict(unit)
        assert values['Type'] == 'notify' and values['User'] == 'zerotouchd', values
        name, source = values['LoadCredential'].split(':')
        folder = machine.path(CREDENTIALS)
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(machine.path(source), folder / name)
        uid = int(machine.run('id', '-u', 'zerotouchd').stdout)
        for path in (folder, folder / name):
            os.chown(path, uid, -1)
        os.chmod(folder, 0o500)
        os.chmod(folder / name, 0o400)
        self.port, self.metrics = port, free_port()
        self.socket = self.listen(uid)
        command = values['ExecStart'].replace('${CREDENTIALS_DIRECTORY}', CREDENTIALS).split()
        command += ['--listen', f'127.0.0.1:{self.port}',
                    '--metrics-listen', f'127.0.0.1:{self.metrics}']
        self.process = subprocess.Popen(
            machine.command('unit', command), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=machine.environment(NOTIFY_SOCKET=NOTIFY, CREDENTIALS_DIRECTORY=CREDENTIALS))

    def listen(self, uid):
        path = self.machine.path(NOTIFY)
        if path.exists():
            path.unlink()
        notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        notify.bind(str(path))
        os.chown(path, uid, -1)
        notify.settimeout(READY_SECONDS)
        return notify

    def await_state(self, state):
        try:
            said = self.socket.recv(100).decode()
        except TimeoutError:
            self.process.kill()
            sys.exit(f'the service did not say {state}: {self.process.stderr.read().decode()}')
        assert said == state, (said, state)

    def server(self):
        """Returns the process id of the server itself, below unshare."""
        said = subprocess.run(['pgrep', '-P', str(self.process.pid)], check=True,
                              capture_output=True, text=True).stdout
        return int(said.split()[0])

    def get(self, port, path):
        try:
            with urllib.request.urlopen(f'http://127.0.0.1:{port}{path}', timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def check(self):
        self.await_state('READY=1')
        assert self.get(self.port, '/healthz')[0] == 200
        assert self.get(self.metrics, '/readyz')[0] == 200
        assert 'zerotouch_build_info' in self.get(self.metrics, '/metrics')[1]
        status = pathlib.Path(f'/proc/{self.server()}/status').read_text()
        fields = dict(line.split(':\t', 1) for line in status.splitlines() if ':\t' in line)
        assert int(fields['CapEff'], 16) == 0 and int(fields['CapBnd'], 16) == 0, fields
        assert fields['NoNewPrivs'] == '1' and '0' not in fields['Uid'].split(), fields

    def reload(self):
        os.kill(self.server(), signal.SIGHUP)
        self.await_state('RELOADING=1')
        self.await_state('READY=1')
        assert self.get(self.port, '/healthz')[0] == 200

    def stop(self):
        os.kill(self.server(), signal.SIGTERM)
        self.await_state('STOPPING=1')
        assert self.process.wait(timeout=60) == 0, self.process.stderr.read().decode()
        self.socket.close()


def mode_of(machine, name):
    return os.stat(machine.path(name)).st_mode & 0o7777


def check_installed(machine, version):
    for program in ('zerotouchd', 'zerotouch'):
        assert machine.run(program, '--version').stdout.strip(), program
        assert machine.exists(f'/usr/share/man/man1/{program}.1.gz'), program
    said = machine.run('dpkg-query', '-W', '-f', '${Version} ${db:Status-Status}', 'zerotouchd')
    assert said.stdout == f'{version} installed', said.stdout
    assert mode_of(machine, '/etc/zerotouch/zerotouchd.toml') == 0o600
    assert mode_of(machine, '/etc/zerotouch/tls') == 0o750
    assert mode_of(machine, '/var/lib/zerotouch') == 0o700
    for name in ('/usr/share/zerotouchd/prometheus/zerotouch.rules.yml',
                 '/usr/share/zerotouchd/grafana/zerotouch.json'):
        assert machine.exists(name), name


def admin(machine, *arguments):
    """Runs `zerotouchd admin` as the service's user."""
    return machine.run('setpriv', '--reuid', 'zerotouchd', '--regid', 'zerotouchd',
                       '--clear-groups', 'zerotouchd', 'admin', '--database',
                       'sqlite:///var/lib/zerotouch/registry.db', *arguments).stdout.strip()


def with_check_digit(number):
    """Returns the IMEI whose first 14 digits these are (3GPP TS 23.003, Luhn)."""
    digits = [int(digit) for digit in number]
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[1::2]]
    return number + str(-(sum(digits[0::2]) + sum(doubled)) % 10)


class Reseller:
    """A company of the registry, and a batch of claims that it sends."""

    def __init__(self, machine, port):
        self.machine, self.url = machine, f'http://127.0.0.1:{port}'
        self.partner = admin(machine, 'partners', 'create', '--name', 'A Reseller')
        self.customer = admin(machine, 'customers', 'create', '--partner', self.partner, '--name',
                              'A Customer', '--owner-email', 'owner@example.com')
        admin(machine, 'keys', 'create', '--partner', self.partner, '--out',
              '/var/lib/zerotouch/key.json', '--token-uri', f'{self.url}/token')

    def call(self, method, path, body=None):
        token = self.machine.run('env', f'ZEROTOUCH_ENDPOINT={self.url}',
                                 'ZEROTOUCH_CREDENTIALS=/var/lib/zerotouch/key.json', 'zerotouch',
                                 'auth', 'token').stdout.strip()
        request = urllib.request.Request(
            self.url + path, method=method, data=body and json.dumps(body).encode(),
            headers={'Authorization': f'Bearer {token}', 'Content-Type': 'application/json'})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def claim_all(self):
        """Sends the batch, and returns the operation's name."""
        claims = [{'deviceIdentifier': {'imei': with_check_digit(f'35{i:012}')},
                   'customerId': self.customer, 'sectionType': 'SECTION_TYPE_ZERO_TOUCH'}
                  for i in range(BATCH)]
        return self.call('POST', f'/v1/partners/{self.partner}/devices:claimAsync',
                         {'claims': claims})['name']

    def await_claims(self, operation):
        deadline = time.time() + BATCH_SECONDS
        while time.time() < deadline:
            state = self.call('GET', f'/v1/{operation}')
            if state.get('done'):
                counted = state['response']
                assert counted['successCount'] == BATCH, counted['successCount']
                return
            time.sleep(0.5)
        sys.exit(f'{operation} is not done after {BATCH_SECONDS} s')


def install(machine, package):
    shutil.copy(package, machine.path('/root/package.deb'))
    machine.run('apt-get', 'install', '-q', '-y', '--no-install-recommends', '-o',
                'Dpkg::Options::=--force-confold', '/root/package.deb')


def life(machine, package, folder):
    version = subprocess.run(['dpkg-deb', '-f', package, 'Version'], check=True,
                             capture_output=True, text=True).stdout.strip()
    before = set(machine.run('getent', 'passwd').stdout.splitlines())
    install(machine, older(package, folder))
    check_installed(machine, '0.0.1')
    port = free_port()
    service = Service(machine, port)
    service.check()
    reseller = Reseller(machine, port)
    operation = reseller.claim_all()
    service.stop()
    unfinished = admin(machine, 'operations', 'list')
    assert operation in unfinished, f'the batch ended before the upgrade: {unfinished}'
    # The operator's settings are kept, and the registry goes on.
    settings = machine.path('/etc/zerotouch/zerotouchd.toml')
    settings.write_text(settings.read_text() + 'drain-seconds = 3\n')
    install(machine, package)
    check_installed(machine, version)
    assert settings.read_text().endswith('drain-seconds = 3\n')
    service = Service(machine, port)
    service.check()
    reseller.await_claims(operation)
    service.reload()
    service.stop()
    assert 'the log is whole' in admin(machine, 'audit', 'verify')
    machine.run('apt-get', 'remove', '-q', '-y', 'zerotouchd')
    assert not machine.exists('/usr/bin/zerotouchd')
    assert machine.exists('/etc/zerotouch/zerotouchd.toml')
    assert machine.exists('/var/lib/zerotouch/registry.db')
    machine.run('apt-get', 'purge', '-q', '-y', 'zerotouchd')
    for name in ('/etc/zerotouch', '/var/lib/zerotouch', '/usr/share/zerotouchd',
                 '/lib/systemd/system/zerotouchd.service'):
        assert not machine.exists(name), name
    assert set(machine.run('getent', 'passwd').stdout.splitlines()) == before


def why_impossible():
    """Returns why this process can make no machine, or None."""
    if os.getuid() != 0:
        return 'run it as root, which is needed to make a machine in a folder'
    tried = subprocess.run(['unshare', '--mount', '--pid', '--fork', 'mount', '-t', 'tmpfs',
                            'tmpfs', '/mnt'], capture_output=True, text=True, check=False)
    return tried.stderr.strip() or None


def main(dist, base=None):
    reason = why_impossible()
    if reason is not None:
        print(f'install_test: {reason}', file=sys.stderr)
        sys.exit(SKIPPED)
    package = next(pathlib.Path(dist).glob('zerotouchd_*.deb'))
    with tempfile.TemporaryDirectory(prefix='zerotouch-install-') as name:
        os.chmod(name, 0o755)  # so that apt can fetch as an unprivileged user
        folder = pathlib.Path(name)
        (folder / 'root').mkdir()
        life(make_machine(folder / 'root', base), package, folder)
    print(json.dumps({'package': package.name, 'passed': True}))


if __name__ == '__main__':
    if len(sys.argv) not in (2, 3):
        sys.exit('usage: install_test.py DIST [BASE]')
    main(*sys.argv[1:])
