// SPDX-License-Identifier: Apache-2.0
// The configurations of a customer.
import {useQuery, useQueryClient} from '@tanstack/react-query';
import {useEffect, useMemo, useState} from 'react';
import {Link, useLocation} from 'wouter';
import {api} from '../api/client';
import type {Configuration, CustomerDevicesPage, Dpc} from '../api/types';
import {t} from '../en';
import {kExtraPrefix} from '../extras/names';
import {kMostBytes, lintExtras} from '../extras/lint';
import {lastPart, useMay} from '../model';
import {Form, useAttempt} from '../ui/attempt';
import {
  Badge,
  Button,
  Card,
  Check,
  ConfirmButton,
  Empty,
  ErrorNote,
  Field,
  LinkButton,
  Loading,
  Note,
  Page,
  Select,
  tell,
} from '../ui/kit';
import {QrCode} from '../ui/qr';
import {Table, type Column} from '../ui/table';

export function useConfigurations(customer: string) {
  return useQuery({
    queryKey: ['configurations', customer],
    queryFn: async () => {
      const page = await api.get<{configurations?: Configuration[]}>(
        `/v1/customers/${customer}/configurations`,
      );
      return page.configurations ?? [];
    },
  });
}

function useDpcs(customer: string) {
  return useQuery({
    queryKey: ['dpcs', customer],
    queryFn: async () =>
      (await api.get<{dpcs?: Dpc[]}>(`/v1/customers/${customer}/dpcs`)).dpcs ?? [],
    staleTime: 60_000,
  });
}

const kMostPages = 20;

// Counts the devices of each configuration. `isAll` is false if there were more devices to read.
function useUses(customer: string) {
  return useQuery({
    queryKey: ['customerDevices', customer, 'uses'],
    queryFn: async ({signal}) => {
      const counts = new Map<string, number>();
      let pageToken: string | undefined;
      let pages = 0;
      do {
        const page: CustomerDevicesPage = await api.get<CustomerDevicesPage>(
          `/v1/customers/${customer}/devices`,
          {pageSize: 10_000, pageToken, fields: 'devices/configuration,nextPageToken'},
          signal,
        );
        for (const device of page.devices ?? []) {
          if (device.configuration)
            counts.set(device.configuration, (counts.get(device.configuration) ?? 0) + 1);
        }
        pageToken = page.nextPageToken;
      } while (pageToken && ++pages < kMostPages);
      return {counts, isAll: !pageToken};
    },
    staleTime: 30_000,
  });
}

export function ConfigurationsPage({customer}: {customer: string}) {
  const mayEdit = useMay('MANAGER');
  const configurations = useConfigurations(customer);
  const uses = useUses(customer);
  const dpcs = useDpcs(customer);
  const dpcNames = useMemo(
    () =>
      new Map(
        (dpcs.data ?? []).map(each => [
          lastPart(each.name),
          each.dpcName || each.packageName || '',
        ]),
      ),
    [dpcs.data],
  );
  const columns = useMemo<Column<Configuration>[]>(
    () => [
      {
        name: t.configurations.name,
        isMain: true,
        width: '1.6fr',
        cell: each => (
          <>
            <Link href={`/customer/${customer}/configurations/${each.configurationId}`}>
              {each.configurationName}
            </Link>{' '}
            {each.isDefault && <Badge tone="accent">{t.configurations.isDefault}</Badge>}
          </>
        ),
      },
      {
        name: t.configurations.dpc,
        width: '1.4fr',
        cell: each =>
          dpcNames.get(lastPart(each.dpcResourcePath)) ?? lastPart(each.dpcResourcePath),
      },
      {
        name: t.configurations.extras,
        cell: each => {
          const warnings = lintExtras(each.dpcExtras ?? '').length;
          return each.dpcExtras ? (
            warnings > 0 ? (
              <Badge tone="warn">{t.configurations.warnings(warnings)}</Badge>
            ) : (
              <Badge tone="ok">{t.configurations.fine}</Badge>
            )
          ) : (
            t.none
          );
        },
      },
      {
        name: t.configurations.usedBy,
        cell: each =>
          uses.data ? (
            <Link href={`/customer/${customer}/devices?configuration=${each.configurationId}`}>
              {t.configurations.devices(
                uses.data.counts.get(each.name ?? '') ?? 0,
                uses.data.isAll,
              )}
            </Link>
          ) : (
            '…'
          ),
      },
    ],
    [customer, dpcNames, uses.data],
  );
  const add = mayEdit && (
    <LinkButton to={`/customer/${customer}/configurations/new`} kind="primary">
      {t.configurations.add}
    </LinkButton>
  );
  return (
    <Page title={t.configurations.title} intro={t.configurations.intro} actions={add}>
      <ErrorNote error={configurations.error} retry={() => void configurations.refetch()} />
      {configurations.isPending ? (
        <Loading />
      ) : (configurations.data ?? []).length === 0 ? (
        !configurations.error && (
          <Empty title={t.configurations.none} action={add}>
            {t.configurations.noneText}
          </Empty>
        )
      ) : (
        <Table
          label={t.configurations.title}
          rows={configurations.data ?? []}
          columns={columns}
          idOf={each => each.name ?? ''}
        />
      )}
      {configurations.data &&
        configurations.data.length > 0 &&
        !configurations.data.some(each => each.isDefault) && (
          <Note tone="warn">{t.configurations.noDefault}</Note>
        )}
    </Page>
  );
}

const kFields = [
  'configurationName',
  'dpcResourcePath',
  'dpcExtras',
  'companyName',
  'contactEmail',
  'contactPhone',
  'customMessage',
  'isDefault',
] as const;
type Draft = Pick<Configuration, (typeof kFields)[number]>;

function ExtrasEditor({value, onChange}: {value: string; onChange: (value: string) => void}) {
  const warnings = useMemo(() => lintExtras(value), [value]);
  const bytes = new TextEncoder().encode(value).length;
  const format = () => {
    try {
      onChange(JSON.stringify(JSON.parse(value), null, 2));
    } catch {
      // The warning below says what is wrong.
    }
  };
  const isJson = !warnings.some(each => each.member === '');
  return (
    <div className="stack">
      <Field
        label={t.configurations.extras}
        value={value}
        onChange={onChange}
        multiline
        mono
        rows={12}
        hint={t.configurations.extrasHint(bytes, kMostBytes)}
        placeholder={`{"${kExtraPrefix}LEAVE_ALL_SYSTEM_APPS_ENABLED": true}`}
      />
      <div className="actions">
        <Button onPress={format} disabled={!isJson || value === ''}>
          {t.configurations.format}
        </Button>
      </div>
      <div role="status">
        {value !== '' && warnings.length === 0 && <Badge tone="ok">{t.configurations.fine}</Badge>}
        {warnings.length > 0 && (
          <Note tone={isJson ? 'warn' : 'danger'}>
            <p>
              <strong>{t.configurations.warnings(warnings.length)}</strong>
            </p>
            <ul className="warnings">
              {warnings.map((each, i) => (
                <li key={i}>
                  {each.member && (
                    <>
                      <code>{each.member}</code>:{' '}
                    </>
                  )}
                  {each.text}
                </li>
              ))}
            </ul>
          </Note>
        )}
      </div>
    </div>
  );
}

export function ConfigurationPage({customer, id}: {customer: string; id: string}) {
  const isNew = id === 'new';
  const client = useQueryClient();
  const [, go] = useLocation();
  const mayEdit = useMay('MANAGER');
  const name = `customers/${customer}/configurations/${id}`;
  const dpcs = useDpcs(customer);
  const uses = useUses(customer);
  const saved = useQuery({
    queryKey: ['configuration', name],
    queryFn: () => api.get<Configuration>(`/v1/${name}`),
    enabled: !isNew,
    refetchOnWindowFocus: false,
  });
  const [draft, setDraft] = useState<Draft | null>(
    isNew
      ? {
          configurationName: '',
          dpcExtras: '',
          companyName: '',
          contactEmail: '',
          contactPhone: '',
          customMessage: '',
          isDefault: false,
        }
      : null,
  );
  const {busy, error, run} = useAttempt();
  useEffect(() => {
    if (!draft && saved.data) {
      setDraft(
        Object.fromEntries(
          kFields.map(field => [field, saved.data[field] ?? (field === 'isDefault' ? false : '')]),
        ) as Draft,
      );
    }
  }, [draft, saved.data]);
  const back = {to: `/customer/${customer}/configurations`, text: t.configurations.title};
  if (!draft) {
    return (
      <Page title={t.configurations.one} back={back}>
        {saved.isPending && <Loading />}
        <ErrorNote error={saved.error} retry={() => void saved.refetch()} />
      </Page>
    );
  }
  const set = (changes: Partial<Draft>) => setDraft({...draft, ...changes});
  const dpcOf = (path: string | undefined) =>
    dpcs.data?.find(each => lastPart(each.name) === lastPart(path));
  const dpc = draft.dpcResourcePath ? draft.dpcResourcePath : (dpcs.data?.[0]?.name ?? '');
  const used = uses.data?.counts.get(name) ?? 0;
  const changed = isNew
    ? [...kFields]
    : kFields.filter(field => (draft[field] || '') !== ((saved.data?.[field] ?? '') || ''));
  const isBroken = lintExtras(draft.dpcExtras ?? '').some(each => each.member === '');
  const save = () =>
    run(async () => {
      const body: Configuration = {...draft, dpcResourcePath: dpc};
      const next = isNew
        ? await api.post<Configuration>(`/v1/customers/${customer}/configurations`, body)
        : await api.patch<Configuration>(`/v1/${name}`, body, {updateMask: changed.join(',')});
      await client.invalidateQueries({queryKey: ['configurations', customer]});
      client.setQueryData(['configuration', next.name], next);
      setDraft(null);
      tell(t.saved);
      if (isNew)
        go(`/customer/${customer}/configurations/${next.configurationId}`, {replace: true});
    });
  const remove = async () => {
    await api.delete(`/v1/${name}`);
    await client.invalidateQueries({queryKey: ['configurations', customer]});
    go(`/customer/${customer}/configurations`);
  };
  return (
    <Page
      title={isNew ? t.configurations.add : (saved.data?.configurationName ?? t.configurations.one)}
      back={back}
      actions={
        !isNew &&
        mayEdit && (
          <ConfirmButton
            button={t.configurations.remove}
            title={t.configurations.removeTitle}
            confirm={t.configurations.remove}
            act={remove}
            disabled={used > 0}
          >
            <p>{t.configurations.removeText}</p>
          </ConfirmButton>
        )
      }
    >
      {!isNew && uses.data && (
        <Note>
          <p>
            {used > 0 ? (
              <Link href={`/customer/${customer}/devices?configuration=${id}`}>
                {t.configurations.inUse(used, uses.data.isAll)}
              </Link>
            ) : (
              t.configurations.unused
            )}
          </p>
        </Note>
      )}
      <div className="columns">
        <Card>
          <Form onSubmit={save}>
            <Field
              label={t.configurations.name}
              value={draft.configurationName ?? ''}
              onChange={configurationName => set({configurationName})}
              required
            />
            <Select
              label={t.configurations.dpc}
              value={dpc}
              onChange={dpcResourcePath => set({dpcResourcePath})}
              hint={dpcOf(dpc)?.packageName ?? ''}
              options={[
                ...(dpc && !dpcOf(dpc)
                  ? [[dpc, t.configurations.oldDpc(lastPart(dpc))] as const]
                  : []),
                ...(dpcs.data ?? []).map(
                  each =>
                    [
                      dpc && lastPart(each.name) === lastPart(dpc) ? dpc : (each.name ?? ''),
                      `${each.dpcName || each.packageName}`,
                    ] as const,
                ),
              ]}
            />
            {dpcs.data?.length === 0 && <Note tone="warn">{t.configurations.noDpcs}</Note>}
            <ExtrasEditor value={draft.dpcExtras ?? ''} onChange={dpcExtras => set({dpcExtras})} />
            <div className="fields">
              <Field
                label={t.configurations.company}
                value={draft.companyName ?? ''}
                onChange={companyName => set({companyName})}
                hint={t.configurations.companyHint}
                required
              />
              <Field
                label={t.configurations.email}
                type="email"
                value={draft.contactEmail ?? ''}
                onChange={contactEmail => set({contactEmail})}
                required
              />
              <Field
                label={t.configurations.phone}
                type="tel"
                value={draft.contactPhone ?? ''}
                onChange={contactPhone => set({contactPhone})}
                required
              />
            </div>
            <Field
              label={t.configurations.message}
              value={draft.customMessage ?? ''}
              onChange={customMessage => set({customMessage})}
              hint={t.configurations.messageHint}
              multiline
              rows={2}
            />
            <Check
              label={t.configurations.makeDefault}
              checked={Boolean(draft.isDefault)}
              onChange={isDefault => set({isDefault})}
            />
            {draft.isDefault && <p className="hint">{t.configurations.defaultEffect}</p>}
            {!isNew && changed.length > 0 && <Note>{t.configurations.effect(used)}</Note>}
            <ErrorNote error={error} />
            {mayEdit && (
              <div className="actions">
                <Button
                  type="submit"
                  kind="primary"
                  busy={busy}
                  disabled={changed.length === 0 || isBroken || !dpc}
                >
                  {isNew ? t.configurations.create : t.save}
                </Button>
                {!isNew && changed.length > 0 && (
                  <Button onPress={() => setDraft(null)}>{t.configurations.revert}</Button>
                )}
              </div>
            )}
          </Form>
        </Card>
        <Card title={t.configurations.qr}>
          <SetupQr extras={draft.dpcExtras ?? ''} packageName={dpcOf(dpc)?.packageName ?? ''} />
        </Card>
      </div>
    </Page>
  );
}

const kComponent = `${kExtraPrefix}DEVICE_ADMIN_COMPONENT_NAME`;
const kLocation = `${kExtraPrefix}DEVICE_ADMIN_PACKAGE_DOWNLOAD_LOCATION`;
const kChecksum = `${kExtraPrefix}DEVICE_ADMIN_SIGNATURE_CHECKSUM`;
const kPackageChecksum = `${kExtraPrefix}DEVICE_ADMIN_PACKAGE_CHECKSUM`;

// A QR code that sets a phone up as this configuration would, for phones that are not registered.
function SetupQr({extras, packageName}: {extras: string; packageName: string}) {
  const members = useMemo(() => {
    try {
      const value: unknown = extras === '' ? {} : JSON.parse(extras);
      return value !== null && typeof value === 'object' && !Array.isArray(value)
        ? (value as Record<string, unknown>)
        : null;
    } catch {
      return null;
    }
  }, [extras]);
  const [component, setComponent] = useState('');
  const [location, setLocation] = useState('');
  const [checksum, setChecksum] = useState('');
  if (!members) return <p className="muted">{t.configurations.qrBroken}</p>;
  const text = (name: string, typed: string) =>
    typeof members[name] === 'string' ? (members[name] as string) : typed.trim();
  const bundle: Record<string, unknown> = {};
  if (text(kComponent, component)) bundle[kComponent] = text(kComponent, component);
  if (text(kLocation, location)) bundle[kLocation] = text(kLocation, location);
  if (!members[kPackageChecksum] && text(kChecksum, checksum))
    bundle[kChecksum] = text(kChecksum, checksum);
  Object.assign(bundle, members);
  const isComplete = Boolean(
    bundle[kComponent] && bundle[kLocation] && (bundle[kChecksum] || bundle[kPackageChecksum]),
  );
  return (
    <>
      <p className="hint">{t.configurations.qrText}</p>
      {!members[kComponent] && (
        <Field
          label={t.configurations.component}
          value={component}
          onChange={setComponent}
          mono
          placeholder={packageName ? `${packageName}/.AdminReceiver` : ''}
        />
      )}
      {!members[kLocation] && (
        <Field
          label={t.configurations.location}
          value={location}
          onChange={setLocation}
          mono
          placeholder="https://"
        />
      )}
      {!members[kChecksum] && !members[kPackageChecksum] && (
        <Field label={t.configurations.checksum} value={checksum} onChange={setChecksum} mono />
      )}
      {isComplete ? (
        <QrCode text={JSON.stringify(bundle)} label={t.configurations.qr} />
      ) : (
        <p className="muted">{t.configurations.qrMissing}</p>
      )}
    </>
  );
}
