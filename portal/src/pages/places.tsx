// SPDX-License-Identifier: Apache-2.0
// Which page is at which address.
import type {ReactNode} from 'react';
import {Route, Switch} from 'wouter';
import type {Role} from '../model';
import {MissingPage} from './missing';
import {Needs} from './needs';

export type Place = {
  path: string; // below the base; may have one parameter, `:id`
  page: (id: string) => ReactNode;
  least?: Role; // the role that may use the page
};

// Shows the page whose place is open, or says that no page is there.
export function Places({base, places}: {base: string; places: Place[]}) {
  return (
    <Switch>
      {places.map(({path, page, least}) => (
        <Route path={`${base}/${path}`} key={path}>
          {({id = ''}: {id?: string}) =>
            least ? <Needs least={least}>{page(id)}</Needs> : page(id)
          }
        </Route>
      ))}
      <Route>
        <MissingPage />
      </Route>
    </Switch>
  );
}
