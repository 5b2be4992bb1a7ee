#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lets a real Prometheus scrape a sandbox that runs the main job.

prometheus_test.py BIN: BIN holds zerotouchd and zerotouch. Checks that what Prometheus has
is exactly what was done, that every query of the dashboard has an answer, that alerts and
dashboard use only figures that exist, and the alerts' own tests (promtool). Prometheus is
Debian's; it is started here, on loopback, with its data in a temporary folder.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

from prometheus import RULES, Prometheus, free_port, get, stop

ROOT = pathlib.Path(__file__).resolve().parents[2]
DASHBOARD = ROOT / 'packaging/grafana/zerotouch.json'
DEVICES = 2000
WRONG = DEVICES // 100  # of these, by `zerotouch csv generate`
HEALTH_CALLS = 20
# A sandbox without TLS lacks it; TlsTest.Metrics_SayWhenTheCertificateExpires reads it.
ONLY_WITH_TLS = 'zerotouch_certificate_expiry_timestamp_seconds'
NAME = re.compile(r'\b(?:zerotouch|process)_[a-z_]+')


def run_job(binaries, folder, sandbox):
    """Claims and unclaims the devices of a file, and makes some small calls."""
    reseller = sandbox['resellers'][0]
    environment = {**os.environ, 'ZEROTOUCH_ENDPOINT': sandbox['endpoint'],
                   'ZEROTOUCH_PARTNER': reseller['partnerId'],
                   'ZEROTOUCH_CREDENTIALS': reseller['credentials']}

    def client(*arguments, exit_code=0):
        run = subprocess.run([binaries / 'zerotouch', *arguments], env=environment,
                             capture_output=True, text=True, check=False)
        assert run.returncode == exit_code, (run.returncode, run.stdout, run.stderr)
        return run.stdout

    devices = folder / 'devices.csv'
    devices.write_text(client('csv', 'generate', '--count', str(DEVICES), '--owner',
                              reseller['customerIds'][0]))
    for verb in ('claim', 'unclaim'):
        client('devices', verb, '--csv', str(devices), exit_code=2)  # some are wrong
    for _ in range(HEALTH_CALLS):
        get(sandbox['endpoint'] + '/healthz')


def check_sums(prometheus):
    status = 'status="SINGLE_DEVICE_STATUS_SUCCESS"'
    expected = {
        f'sum(zerotouch_operation_items_total{{kind="claim",{status}}})': DEVICES - WRONG,
        f'sum(zerotouch_operation_items_total{{kind="unclaim",{status}}})': DEVICES - WRONG,
        'sum(zerotouch_operation_items_total{kind="claim"})': DEVICES,
        'sum(zerotouch_operation_items_total)': 2 * DEVICES,
        'sum(zerotouch_operation_seconds_count)': 2,
        'sum(zerotouch_operation_wait_seconds_count)': 2,
        'sum(zerotouch_operations_unfinished)': 0,
        'sum(zerotouch_requests_total{method="health",code="OK"})': HEALTH_CALLS,
        'sum(zerotouch_requests_total{method="partners.devices.claimAsync",code="OK"})': 1,
        'sum(zerotouch_requests_total{method="partners.devices.unclaimAsync",code="OK"})': 1,
        'sum(zerotouch_requests_total) - sum(zerotouch_request_seconds_count)': 0,
        # An unclaim looks its rows up first, the wrong ones too.
        'sum(zerotouch_requests_total{code!="OK",method!~"partners.devices.findBy.*"})'
        ' or vector(0)': 0,
        'sum(zerotouch_rejected_total)': 0,
        'sum(zerotouch_store_errors_total)': 0,
        'up{job="zerotouchd"}': 1,
    }
    for query, value in expected.items():
        assert prometheus.value(query) == value, (query, prometheus.value(query), value)


def queries_of_dashboard():
    for panel in json.loads(DASHBOARD.read_text())['panels']:
        for target in panel.get('targets', []):
            text = target['expr'].replace('$instance', '.*').replace('$__rate_interval', '1m')
            assert '$' not in text, text
            yield panel['title'], text


def check_dashboard(prometheus):
    for title, query in queries_of_dashboard():
        assert prometheus.query(query), f'the panel "{title}" is empty: {query}'


def check_alerts(prometheus):
    groups = prometheus.ask('rules')['data']['groups']
    alerts = [rule for group in groups for rule in group['rules']]
    assert len(alerts) >= 15, alerts
    runbook = (ROOT / 'docs/runbook.md').read_text()
    for alert in alerts:
        assert f'`{alert["name"]}`' in runbook, f'{alert["name"]} is not in docs/runbook.md'
        assert alert['health'] == 'ok', alert
        assert alert['state'] == 'inactive', alert


def check_names(text):
    """Each figure that is asked for exists."""
    exist = set(re.findall(r'^# TYPE (\S+)', text, re.MULTILINE))
    asked = NAME.findall((RULES / 'zerotouch.rules.yml').read_text())
    asked += [name for _, query in queries_of_dashboard() for name in NAME.findall(query)]
    for name in asked:
        assert re.sub('_(bucket|count|sum)$', '', name) in exist | {ONLY_WITH_TLS}, name
    table = (ROOT / 'docs/metrics.md').read_text()
    for name in exist:
        if name.startswith('zerotouch_'):
            assert f'`{name}`' in table, f'docs/metrics.md lacks {name}'
    assert f'`{ONLY_WITH_TLS}`' in table


def main(binaries):
    for arguments in (['check', 'rules', 'zerotouch.rules.yml'],
                      ['test', 'rules', 'zerotouch.rules.test.yml']):
        subprocess.run(['promtool', *arguments], check=True, cwd=RULES)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        target = f'127.0.0.1:{free_port()}'
        server = subprocess.Popen(
            [binaries / 'zerotouchd', 'sandbox', '--listen', '127.0.0.1:0', '--metrics-listen',
             target, '--data-dir', str(folder / 'sandbox')],
            stdout=subprocess.PIPE, stderr=(folder / 'server.log').open('w'), text=True)
        prometheus = Prometheus(folder, [target], RULES / 'zerotouch.rules.yml')
        try:
            sandbox = json.loads(server.stdout.readline())
            prometheus.await_scrape(0)
            run_job(binaries, folder, sandbox)
            prometheus.await_scrape(time.time())
            check_sums(prometheus)
            check_dashboard(prometheus)
            check_alerts(prometheus)
            check_names(get(f'http://{target}/metrics'))
        finally:
            stop(prometheus.process)
            stop(server)


if __name__ == '__main__':
    if len(sys.argv) != 2:
        sys.exit('usage: prometheus_test.py BIN')
    main(pathlib.Path(sys.argv[1]))
