// SPDX-License-Identifier: Apache-2.0
import {useInfiniteQuery} from '@tanstack/react-query';
import {api} from '../api/client';
import type {HistoryEntry, HistoryPage} from '../api/types';
import {t} from '../en';
import {Badge, Button, ErrorNote, Loading, Time} from './kit';

function textOf(entry: HistoryEntry, names: Map<string, string>): string {
  const nameOf = (id: string | undefined) => (id ? names.get(id) || id : '');
  const {before, after} = entry;
  if (after && !before) return t.history.claimed(nameOf(after.ownerCompanyId));
  if (before && !after) return t.history.unclaimed(nameOf(before.ownerCompanyId));
  if (before?.ownerCompanyId !== after?.ownerCompanyId) {
    return t.history.moved(nameOf(before?.ownerCompanyId), nameOf(after?.ownerCompanyId));
  }
  if (before?.configurationId !== after?.configurationId) {
    return after?.configurationId
      ? t.history.configured(nameOf(after.configurationId))
      : t.history.unconfigured;
  }
  // Only the customer sees which configuration it is.
  if (entry.method?.endsWith('.applyConfiguration')) return t.history.configuredByCustomer;
  if (entry.method?.endsWith('.removeConfiguration')) return t.history.unconfigured;
  if (entry.metadataKeys?.length) return t.history.metadata(entry.metadataKeys.join(', '));
  return t.history.changed;
}

// Lists what happened to a device, the newest first.
export function History({
  parent,
  device,
  names,
}: {
  parent: string;
  device: string;
  names: Map<string, string>;
}) {
  const history = useInfiniteQuery({
    queryKey: ['history', parent, device],
    queryFn: ({pageParam}) =>
      api.get<HistoryPage>(`/openzerotouch/v1/${parent}/devices/${device}/history`, {
        pageSize: 50,
        pageToken: pageParam,
      }),
    initialPageParam: '',
    getNextPageParam: page => page.nextPageToken || undefined,
  });
  if (history.isPending) return <Loading />;
  const entries = (history.data?.pages ?? []).flatMap(page => page.entries ?? []);
  return (
    <>
      <ErrorNote error={history.error} retry={() => void history.refetch()} />
      {entries.length === 0 && !history.error && <p className="muted">{t.history.none}</p>}
      <ol className="timeline">
        {entries.map((entry, i) => (
          <li key={i}>
            <strong>{textOf(entry, names)}</strong>
            <span className="muted small">
              <Time at={entry.changeTime} /> ·{' '}
              {t.history.kinds[entry.actor?.kind ?? 'KIND_UNSPECIFIED']}
              {entry.actor?.account ? ` · ${entry.actor.account}` : ''}
            </span>
            <span className="muted small">
              {entry.sectionType && <Badge>{t.sections[entry.sectionType]}</Badge>}{' '}
              <code>{entry.method}</code>
            </span>
          </li>
        ))}
      </ol>
      {history.hasNextPage && (
        <Button busy={history.isFetchingNextPage} onPress={() => void history.fetchNextPage()}>
          {t.history.more}
        </Button>
      )}
    </>
  );
}
