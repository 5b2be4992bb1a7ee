// SPDX-License-Identifier: Apache-2.0
// Shown for an address that leads nowhere.
import {Link} from 'wouter';
import {t} from '../en';
import {Empty, Page} from '../ui/kit';

export function MissingPage() {
  return (
    <Page title={t.missing.title}>
      <Empty
        title={t.missing.text}
        action={
          <Link href="/" className="button primary">
            {t.missing.home}
          </Link>
        }
      />
    </Page>
  );
}
