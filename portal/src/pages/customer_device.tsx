// SPDX-License-Identifier: Apache-2.0
// A device of a customer.
import {useQueryClient} from '@tanstack/react-query';
import {Link, useLocation} from 'wouter';
import {t} from '../en';
import {
  deviceTitle,
  lastPart,
  modelOf,
  useCustomerCompanies,
  useDevice,
  useMay,
} from '../model';
import {History} from '../ui/history';
import {Card, Facts, Page, Time} from '../ui/kit';
import {Unread} from '../ui/list';
import {useConfigurations} from './configurations';
import {ApplyDialog, RemoveDialog, UnclaimDialog} from './customer_actions';
import {IdentifierFacts, StartPhone} from './device';

export function CustomerDevicePage({customer, id}: {customer: string; id: string}) {
  const client = useQueryClient();
  const [, go] = useLocation();
  const mayAssign = useMay('ASSIGNER');
  const mayUnclaim = useMay('MANAGER');
  const device = useDevice(`customers/${customer}`, id);
  const configurations = useConfigurations(customer);
  const companies = useCustomerCompanies();
  const back = {to: `/customer/${customer}/devices`, text: t.customerDevices.title};
  if (!device.data) return <Unread title={t.devices.device} back={back} query={device} />;
  const chosen = {customer, devices: [device.data]};
  const refresh = async () => {
    await client.invalidateQueries({queryKey: ['device', `customers/${customer}`, id]});
    await client.invalidateQueries({queryKey: ['history']});
    await client.invalidateQueries({queryKey: ['customerDevices', customer]});
  };
  const current = configurations.data?.find(each => each.name === device.data.configuration);
  const names = new Map([
    ...companies,
    ...(configurations.data ?? []).map(
      each => [lastPart(each.name), each.configurationName ?? ''] as const,
    ),
  ]);
  return (
    <Page
      title={deviceTitle(device.data)}
      intro={modelOf(device.data.deviceIdentifier)}
      back={back}
      actions={
        <>
          {mayAssign && (
            <ApplyDialog
              {...chosen}
              configurations={configurations.data ?? []}
              finish={() => void refresh()}
            />
          )}
          {mayAssign && device.data.configuration && (
            <RemoveDialog {...chosen} finish={() => void refresh()} />
          )}
          {mayUnclaim && (
            <UnclaimDialog
              {...chosen}
              finish={() => {
                void client.invalidateQueries({queryKey: ['customerDevices', customer]});
                go(`/customer/${customer}/devices`);
              }}
            />
          )}
        </>
      }
    >
      <div className="columns">
        <Card title={t.devices.identifiers} actions={<StartPhone device={device.data} />}>
          <IdentifierFacts device={device.data} />
        </Card>
        <Card title={t.customerDevices.configuration}>
          {device.data.configuration ? (
            <>
              <p>
                <Link
                  href={`/customer/${customer}/configurations/${lastPart(device.data.configuration)}`}
                >
                  {current?.configurationName ?? device.data.configuration}
                </Link>
              </p>
              <p className="muted">{t.customerDevices.nextSetup}</p>
            </>
          ) : (
            <p className="muted">{t.customerDevices.noneText}</p>
          )}
        </Card>
        <Card title={t.devices.claims}>
          {(device.data.claims ?? []).map(claim => (
            <Facts
              key={claim.sectionType}
              rows={[
                [t.devices.section, t.sections[claim.sectionType ?? 'SECTION_TYPE_UNSPECIFIED']],
                [t.resellers.id, claim.resellerId && <code>{claim.resellerId}</code>],
                ...(claim.vacationModeExpireTime
                  ? [[t.devices.vacationEnd, <Time at={claim.vacationModeExpireTime} />] as const]
                  : []),
              ]}
            />
          ))}
        </Card>
        <Card title={t.history.title}>
          <History parent={`customers/${customer}`} device={id} names={names} />
        </Card>
      </div>
    </Page>
  );
}
