# SPDX-License-Identifier: Apache-2.0
"""Runs Debian's Prometheus on loopback, with its data in a temporary folder."""
import json
import pathlib
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request

RULES = pathlib.Path(__file__).resolve().parents[2] / 'packaging/prometheus'
DEADLINE_SECONDS = 120


def free_port():
    with socket.socket() as listener:
        listener.bind(('127.0.0.1', 0))
        return listener.getsockname()[1]


def get(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read().decode()


class Prometheus:
    """Scrapes `targets` (HOST:PORT) each second and evaluates the file `rules`."""

    def __init__(self, folder, targets, rules):
        self.url = f'http://127.0.0.1:{free_port()}'
        settings = folder / 'prometheus.yml'
        settings.write_text(json.dumps({
            'global': {'scrape_interval': '1s', 'evaluation_interval': '1s'},
            'rule_files': [str(rules)],
            'scrape_configs': [{'job_name': 'zerotouchd',
                                'static_configs': [{'targets': targets}]}]}))
        self.process = subprocess.Popen(
            ['prometheus', f'--config.file={settings}', f'--storage.tsdb.path={folder}/data',
             f'--web.listen-address={self.url[7:]}', '--log.level=warn'],
            stdout=subprocess.DEVNULL, stderr=(folder / 'prometheus.log').open('w'))

    def ask(self, path, **parameters):
        return json.loads(get(f'{self.url}/api/v1/{path}?{urllib.parse.urlencode(parameters)}'))

    def query(self, text):
        answer = self.ask('query', query=text)
        assert answer['status'] == 'success', answer
        return answer['data']['result']

    def value(self, text):
        """Returns the value of a query with one result; None without a result."""
        result = self.query(text)
        assert len(result) <= 1, (text, result)
        return float(result[0]['value'][1]) if result else None

    def await_scrape(self, since):
        """Waits for two scrapes that began after `since`."""
        deadline = time.time() + DEADLINE_SECONDS
        while time.time() < deadline:
            try:
                last = self.value('max(timestamp(zerotouch_build_info))')
                if last is not None and last > since + 1:
                    return
            except OSError:
                pass
            time.sleep(0.2)
        sys.exit('Prometheus does not scrape the server')


def stop(process):
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=30)
