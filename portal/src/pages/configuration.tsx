// SPDX-License-Identifier: Apache-2.0
// A configuration: what it says, and what a change of it does.
import {useQuery, useQueryClient} from '@tanstack/react-query';
import {useMemo} from 'react';
import {Link, useLocation} from 'wouter';
import {api} from '../api/client';
import type {Configuration, Dpc} from '../api/types';
import {t} from '../en';
import {kMostBytes, lintExtras} from '../extras/lint';
import {kExtraPrefix} from '../extras/names';
import {lastPart, useMay} from '../model';
import {Form, useAttempt} from '../ui/attempt';
import {useDraft} from '../ui/draft';
import {
  Badge,
  Button,
  Card,
  Check,
  ConfirmButton,
  ErrorNote,
  Field,
  Note,
  Page,
  Select,
  tell,
} from '../ui/kit';
import {Unread} from '../ui/list';
import {useDpcs, useUses} from './configurations';
import {SetupQr} from './setup_qr';

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

// The fields that a new configuration begins with.
const kEmpty: Draft = {
  configurationName: '',
  dpcResourcePath: '',
  dpcExtras: '',
  companyName: '',
  contactEmail: '',
  contactPhone: '',
  customMessage: '',
  isDefault: false,
};

type FieldsProps = {draft: Draft; set: (changes: Partial<Draft>) => void};

function DpcSelect({
  dpc,
  dpcs,
  set,
}: {
  dpc: string; // the resource path of the chosen one
  dpcs: Dpc[] | undefined;
  set: FieldsProps['set'];
}) {
  const chosen = dpcs?.find(each => lastPart(each.name) === lastPart(dpc));
  return (
    <>
      <Select
        label={t.configurations.dpc}
        value={dpc}
        onChange={dpcResourcePath => set({dpcResourcePath})}
        hint={chosen?.packageName ?? ''}
        options={[
          ...(dpc && !chosen ? [[dpc, t.configurations.oldDpc(lastPart(dpc))] as const] : []),
          ...(dpcs ?? []).map(
            each =>
              [
                each === chosen ? dpc : (each.name ?? ''),
                each.dpcName || each.packageName || '',
              ] as const,
          ),
        ]}
      />
      {dpcs?.length === 0 && <Note tone="warn">{t.configurations.noDpcs}</Note>}
    </>
  );
}

// Asks for what the phone shows of the company.
function CompanyFields({draft, set}: FieldsProps) {
  return (
    <>
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
    </>
  );
}

type FormProps = {
  customer: string;
  name: string; // of the configuration
  saved: Configuration; // an empty one if it is new
  isNew: boolean;
  used: number; // devices that have it
  dpcs: Dpc[] | undefined;
};

function ConfigurationForm({customer, name, saved, isNew, used, dpcs}: FormProps) {
  const client = useQueryClient();
  const [, go] = useLocation();
  const mayEdit = useMay('MANAGER');
  const {draft, set, forget} = useDraft<Draft>(name, {...kEmpty, ...saved});
  const changed = kFields.filter(field => (draft[field] || '') !== (saved[field] || ''));
  const {busy, error, run} = useAttempt();
  const dpc = draft.dpcResourcePath || dpcs?.[0]?.name || '';
  const packageName = dpcs?.find(each => lastPart(each.name) === lastPart(dpc))?.packageName ?? '';
  const isBroken = lintExtras(draft.dpcExtras ?? '').some(each => each.member === '');
  const save = () =>
    run(async () => {
      const fields = Object.fromEntries(kFields.map(field => [field, draft[field]]));
      const body: Configuration = {...fields, dpcResourcePath: dpc};
      const next = isNew
        ? await api.post<Configuration>(`/v1/customers/${customer}/configurations`, body)
        : await api.patch<Configuration>(`/v1/${name}`, body, {updateMask: changed.join(',')});
      await client.invalidateQueries({queryKey: ['configurations', customer]});
      client.setQueryData(['configuration', next.name], next);
      forget();
      tell(t.saved);
      if (isNew)
        go(`/customer/${customer}/configurations/${next.configurationId}`, {replace: true});
    });
  return (
    <div className="columns">
      <Card>
        <Form onSubmit={save}>
          <fieldset className="whole" disabled={!mayEdit}>
            <Field
              label={t.configurations.name}
              value={draft.configurationName ?? ''}
              onChange={configurationName => set({configurationName})}
              required
            />
            <DpcSelect dpc={dpc} dpcs={dpcs} set={set} />
            <ExtrasEditor value={draft.dpcExtras ?? ''} onChange={dpcExtras => set({dpcExtras})} />
            <CompanyFields draft={draft} set={set} />
            <Check
              label={t.configurations.makeDefault}
              checked={Boolean(draft.isDefault)}
              onChange={isDefault => set({isDefault})}
            />
          </fieldset>
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
              {changed.length > 0 && (
                <Button onPress={forget}>{t.configurations.revert}</Button>
              )}
            </div>
          )}
        </Form>
      </Card>
      <Card title={t.configurations.qr}>
        <SetupQr extras={draft.dpcExtras ?? ''} packageName={packageName} key={packageName} />
      </Card>
    </div>
  );
}

function RemoveButton({customer, name, used}: {customer: string; name: string; used: number}) {
  const client = useQueryClient();
  const [, go] = useLocation();
  const remove = async () => {
    await api.delete(`/v1/${name}`);
    await client.invalidateQueries({queryKey: ['configurations', customer]});
    go(`/customer/${customer}/configurations`);
  };
  return (
    <ConfirmButton
      button={t.configurations.remove}
      title={t.configurations.removeTitle}
      confirm={t.configurations.remove}
      act={remove}
      disabled={used > 0}
    >
      <p>{t.configurations.removeText}</p>
    </ConfirmButton>
  );
}

const kNew: Configuration = {};

// The page of a configuration; of a new one if its id is `new`.
export function ConfigurationPage({customer, id}: {customer: string; id: string}) {
  const isNew = id === 'new';
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
  const used = uses.data?.counts.get(name) ?? 0;
  const back = {to: `/customer/${customer}/configurations`, text: t.configurations.title};
  const configuration = isNew ? kNew : saved.data;
  if (!configuration) return <Unread title={t.configurations.one} back={back} query={saved} />;
  return (
    <Page
      title={isNew ? t.configurations.add : (configuration.configurationName ?? '')}
      back={back}
      actions={
        !isNew && mayEdit && <RemoveButton customer={customer} name={name} used={used} />
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
      <ConfigurationForm
        customer={customer}
        name={name}
        saved={configuration}
        isNew={isNew}
        used={used}
        dpcs={dpcs.data}
      />
    </Page>
  );
}
