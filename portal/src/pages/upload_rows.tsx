// SPDX-License-Identifier: Apache-2.0
// Lists the rows of a file before it is uploaded, with the findings about each.
import {useCallback, useEffect, useMemo, useRef, useState} from 'react';
import type {SheetRow, Shown} from '../csv/sheet';
import type {SheetClient} from '../csv/sheet_client';
import {t} from '../en';
import {Badge} from '../ui/kit';
import {Table, type Column} from '../ui/table';

const kBlock = 200; // rows that are read from the worker at a time
const kListed = 1000; // rows that are listed at first, and added at the end of the list

// Shows the rows of the worker's sheet; reads those in view.
export function Rows({
  client,
  titles,
  shown,
  count,
  version,
}: {
  client: SheetClient;
  titles: string[];
  shown: Shown;
  count: number;
  version: number;
}) {
  const [blocks, setBlocks] = useState<Record<number, SheetRow[]>>({});
  const [limit, setLimit] = useState(kListed);
  const asked = useRef(new Set<number>());
  const key = `${shown} ${version}`;
  const current = useRef(key);
  useEffect(() => {
    current.current = key;
    asked.current.clear();
    setBlocks({});
    setLimit(kListed);
  }, [key]);
  const rowAt = useCallback(
    (i: number) => {
      const block = Math.floor(i / kBlock);
      const rows = blocks[block];
      if (!rows && !asked.current.has(block)) {
        asked.current.add(block);
        const asking = current.current;
        void client.range(shown, block * kBlock, (block + 1) * kBlock).then(next => {
          if (current.current === asking) setBlocks(old => ({...old, [block]: next}));
        });
      }
      return rows?.[i % kBlock];
    },
    [blocks, client, shown],
  );
  const listed = Math.min(count, limit);
  const rows = useMemo(() => Array.from({length: listed}, (_, i) => i), [listed]);
  const onEnd = useCallback(() => setLimit(old => (old < count ? old + kListed : old)), [count]);
  const columns = useMemo<Column<number>[]>(
    () => [
      {name: t.upload.line, width: '4.5rem', isMain: true, cell: i => rowAt(i)?.line ?? '…'},
      {
        name: t.upload.check,
        width: '2.2fr',
        cell: i => {
          const row = rowAt(i);
          if (!row) return '…';
          if (row.problem)
            return (
              <>
                <Badge tone="danger">{t.upload.notSent}</Badge> {row.problem}
              </>
            );
          const failed = row.status !== '' && !row.status.endsWith('_SUCCESS');
          return (
            <>
              {row.status && (
                <Badge tone={failed ? 'danger' : 'ok'}>
                  {failed ? t.perDevice(row.status) : t.upload.works}
                </Badge>
              )}{' '}
              {row.message}
              {row.warning && (
                <>
                  <Badge tone="warn">{t.upload.warning}</Badge> {row.warning}
                </>
              )}
              {!row.status && !row.warning && <Badge tone="ok">{t.upload.readable}</Badge>}
            </>
          );
        },
      },
      ...titles.map((title, i) => ({
        name: title || t.upload.column(i + 1),
        cell: (row: number) => rowAt(row)?.cells[i] ?? '',
      })),
    ],
    [titles, rowAt],
  );
  return (
    <Table
      label={t.upload.rows}
      rows={rows}
      columns={columns}
      idOf={i => String(i)}
      total={count}
      onEnd={onEnd}
    />
  );
}
