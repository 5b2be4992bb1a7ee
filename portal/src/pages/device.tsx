// SPDX-License-Identifier: Apache-2.0
// One device, as its reseller sees it.
import {useQueryClient} from '@tanstack/react-query';
import {useLocation} from 'wouter';
import {api} from '../api/client';
import type {Device, DeviceClaim, Operation} from '../api/types';
import {t} from '../en';
import {
  deviceTitle,
  lastPart,
  modelOf,
  useCustomerNames,
  useDevice,
  useMay,
  useUser,
} from '../model';
import {Form, useAttempt} from '../ui/attempt';
import {useDraft} from '../ui/draft';
import {History} from '../ui/history';
import {
  Badge,
  Button,
  Card,
  ConfirmButton,
  CopyButton,
  ErrorNote,
  Facts,
  Field,
  LinkButton,
  Note,
  Page,
  tell,
  Time,
} from '../ui/kit';
import {Unread} from '../ui/list';

export function IdentifierFacts({device}: {device: Device}) {
  const {
    imei,
    imei2,
    meid,
    meid2,
    serialNumber,
    manufacturer,
    model,
    deviceType,
    chromeOsAttestedDeviceId,
  } = device.deviceIdentifier ?? {};
  return (
    <Facts
      rows={[
        imei ? ['IMEI', <code>{imei}</code>] : null,
        imei2 ? ['IMEI 2', <code>{imei2}</code>] : null,
        meid ? ['MEID', <code>{meid}</code>] : null,
        meid2 ? ['MEID 2', <code>{meid2}</code>] : null,
        [t.devices.serial, serialNumber && <code>{serialNumber}</code>],
        [t.devices.manufacturer, manufacturer],
        [t.devices.modelName, model],
        chromeOsAttestedDeviceId
          ? [t.devices.attestedId, <code>{chromeOsAttestedDeviceId}</code>]
          : null,
        deviceType && deviceType !== 'DEVICE_TYPE_UNSPECIFIED'
          ? [t.devices.type, t.deviceTypes[deviceType]]
          : null,
        [
          t.devices.id,
          <>
            <code>{device.deviceId}</code>{' '}
            <CopyButton text={device.deviceId ?? ''} label={t.devices.copyId} />
          </>,
        ],
      ]}
    />
  );
}

function ClaimFacts({
  claim,
  names,
  partner,
}: {
  claim: DeviceClaim;
  names: Map<string, string>;
  partner: string;
}) {
  const isOurs = claim.resellerId === partner;
  return (
    <div className="stack">
      <h3>
        {t.sections[claim.sectionType ?? 'SECTION_TYPE_UNSPECIFIED']}{' '}
        {isOurs && <Badge tone="ok">{t.devices.ours}</Badge>}
      </h3>
      <Facts
        rows={[
          [
            t.devices.owner,
            claim.ownerCompanyId
              ? `${names.get(claim.ownerCompanyId) ?? ''} ${claim.ownerCompanyId}`.trim()
              : '',
          ],
          claim.vacationModeStartTime
            ? [t.devices.vacationStart, <Time at={claim.vacationModeStartTime} />]
            : null,
          claim.vacationModeExpireTime
            ? [t.devices.vacationEnd, <Time at={claim.vacationModeExpireTime} />]
            : null,
        ]}
      />
    </div>
  );
}

function Metadata({partner, device}: {partner: string; device: Device}) {
  const client = useQueryClient();
  const mayEdit = useMay('MANAGER');
  const entries = device.deviceMetadata?.entries ?? {};
  const {
    draft: {typed: draft, newKey},
    set,
    forget,
  } = useDraft(`${partner}/devices/${device.deviceId}/metadata`, {
    typed: null as Record<string, string> | null,
    newKey: '',
  });
  const {busy, error, run} = useAttempt();
  const save = () =>
    run(async () => {
      await api.post(`/v1/partners/${partner}/devices/${device.deviceId}/metadata`, {
        deviceMetadata: {entries: draft},
      });
      await client.invalidateQueries({queryKey: ['device']});
      await client.invalidateQueries({queryKey: ['history']});
      forget();
      tell(t.saved);
    });
  if (!draft) {
    return (
      <Card
        title={t.devices.metadata}
        actions={
          mayEdit && (
            <Button
              onPress={() => set({typed: {phonenumber: '', ordernumber: '', ...entries}})}
            >
              {t.edit}
            </Button>
          )
        }
      >
        {Object.keys(entries).length === 0 ? (
          <p className="muted">{t.devices.noMetadata}</p>
        ) : (
          <Facts rows={Object.entries(entries).map(([key, value]) => [key, value] as const)} />
        )}
      </Card>
    );
  }
  return (
    <Card title={t.devices.metadata}>
      <Form onSubmit={save}>
        <p className="hint">{t.devices.metadataHint}</p>
        {Object.keys(draft).map(key => (
          <Field
            key={key}
            label={key}
            value={draft[key] ?? ''}
            onChange={value => set({typed: {...draft, [key]: value}})}
          />
        ))}
        <div className="toolbar">
          <Field label={t.devices.newKey} value={newKey} onChange={next => set({newKey: next})} />
          <Button
            disabled={newKey.trim() === ''}
            onPress={() => set({typed: {...draft, [newKey.trim()]: ''}, newKey: ''})}
          >
            {t.add}
          </Button>
        </div>
        <ErrorNote error={error} />
        <div className="actions">
          <Button type="submit" kind="primary" busy={busy}>
            {t.save}
          </Button>
          <Button onPress={forget}>{t.cancel}</Button>
        </div>
      </Form>
    </Card>
  );
}

// Leads to the page on which the phone starts, in a sandbox.
export function StartPhone({device}: {device: Device}) {
  const {sandboxControls} = useUser();
  const {imei, serialNumber, manufacturer, model} = device.deviceIdentifier ?? {};
  if (!sandboxControls || !(imei ?? serialNumber)) return null;
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({imei, serial: serialNumber, manufacturer, model})) {
    if (value) query.set(name, value);
  }
  return <LinkButton to={`/sandbox/phone?${query}`}>{t.phone.startThis}</LinkButton>;
}

export function DevicePage({partner, id}: {partner: string; id: string}) {
  const [, go] = useLocation();
  const names = useCustomerNames(partner);
  const mayUnclaim = useMay('MANAGER');
  const device = useDevice(`partners/${partner}`, id);
  const back = {to: '/reseller/devices', text: t.devices.title};
  if (!device.data) return <Unread title={t.devices.device} back={back} query={device} />;
  const ours = (device.data.claims ?? []).filter(claim => claim.resellerId === partner);
  const unclaim = async (claim: DeviceClaim) => {
    const operation = await api.post<Operation>(`/v1/partners/${partner}/devices:unclaimAsync`, {
      unclaims: [{deviceId: id, sectionType: claim.sectionType}],
    });
    go(`/reseller/operations/${lastPart(operation.name)}`);
  };
  return (
    <Page
      title={deviceTitle(device.data)}
      intro={modelOf(device.data.deviceIdentifier)}
      back={back}
      actions={
        mayUnclaim &&
        ours.map(claim => (
          <ConfirmButton
            key={claim.sectionType}
            button={t.devices.unclaimSection(
              t.sections[claim.sectionType ?? 'SECTION_TYPE_UNSPECIFIED'],
            )}
            title={t.devices.unclaimTitle(1)}
            confirm={t.devices.unclaim}
            act={() => unclaim(claim)}
          >
            <p>{t.devices.unclaimText}</p>
            <p>{t.devices.undoable}</p>
          </ConfirmButton>
        ))
      }
    >
      <div className="columns">
        <Card title={t.devices.identifiers} actions={<StartPhone device={device.data} />}>
          <IdentifierFacts device={device.data} />
        </Card>
        <Card title={t.devices.claims}>
          {(device.data.claims ?? []).length === 0 && (
            <p className="muted">{t.devices.notClaimed}</p>
          )}
          {(device.data.claims ?? []).map(claim => (
            <ClaimFacts key={claim.sectionType} claim={claim} names={names} partner={partner} />
          ))}
          {ours.some(claim => claim.vacationModeExpireTime) && (
            <Note tone="warn">{t.devices.onVacation}</Note>
          )}
        </Card>
        <Metadata partner={partner} device={device.data} />
        <Card title={t.history.title}>
          <History parent={`partners/${partner}`} device={id} names={names} />
        </Card>
      </div>
    </Page>
  );
}
