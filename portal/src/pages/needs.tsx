// SPDX-License-Identifier: Apache-2.0
import {type ReactNode} from 'react';
import {t} from '../en';
import {may, useRole, type Role} from '../model';
import {Empty, Page} from '../ui/kit';

// Shows a page to people whose role may use it; says to the others which role that is.
export function Needs({least, children}: {least: Role; children: ReactNode}) {
  const role = useRole();
  if (may(role, least)) return <>{children}</>;
  return (
    <Page title={t.needs.title}>
      <Empty title={t.needs.text(t.roles[role as Role], t.roles[least])}>{t.needs.ask}</Empty>
    </Page>
  );
}
