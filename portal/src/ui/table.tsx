// SPDX-License-Identifier: Apache-2.0
// A table of any length: only the rows in view are in the page.
import {
  flexRender,
  getCoreRowModel,
  useReactTable,
  type ColumnDef,
  type RowSelectionState,
} from '@tanstack/react-table';
import {useVirtualizer} from '@tanstack/react-virtual';
import {useEffect, useMemo, useRef, type ReactNode} from 'react';
import {t} from '../en';
import {Check, Loading} from './kit';

export type Column<Row> = {
  name: string;
  cell: (row: Row, index: number) => ReactNode;
  width?: string; // of a grid's column, such as 2fr
  isMain?: boolean; // heads the row on narrow screens
};

type Props<Row> = {
  label: string;
  rows: Row[];
  columns: Column<Row>[];
  idOf: (row: Row, index: number) => string;
  nameOf?: (row: Row) => string; // of the row, for its check box
  selected?: RowSelectionState;
  onSelect?: (selected: RowSelectionState) => void;
  total?: number | undefined; // rows of the whole list, if more of them exist than are loaded
  hasMore?: boolean; // rows are left to load, however many
  onEnd?: () => void; // the last row is near: load more
  loadingMore?: boolean;
};

export function Table<Row>(props: Props<Row>) {
  const {label, rows, columns, idOf, selected, onSelect, total, onEnd} = props;
  const scroller = useRef<HTMLDivElement>(null);
  const definitions = useMemo<ColumnDef<Row>[]>(
    () =>
      columns.map((column, i) => ({
        id: String(i),
        header: column.name,
        cell: ({row}) => column.cell(row.original, row.index),
      })),
    [columns],
  );
  const table = useReactTable({
    data: rows,
    columns: definitions,
    getRowId: idOf,
    getCoreRowModel: getCoreRowModel(),
    enableRowSelection: Boolean(onSelect),
    state: {rowSelection: selected ?? {}},
    onRowSelectionChange: update =>
      onSelect?.(typeof update === 'function' ? update(selected ?? {}) : update),
  });
  const all = table.getRowModel().rows;
  const virtual = useVirtualizer({
    count: all.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 53,
    getItemKey: i => all[i]?.id ?? i,
    overscan: 12,
  });
  const items = virtual.getVirtualItems();
  const last = items[items.length - 1]?.index ?? 0;
  useEffect(() => {
    if (last >= all.length - 20) onEnd?.();
  }, [last, all.length, onEnd]);
  const template =
    (onSelect ? '2.75rem ' : '') +
    columns.map(column => `minmax(0, ${column.width ?? '1fr'})`).join(' ');
  return (
    <div className="table-frame">
      <div
        className="table"
        role="table"
        aria-label={label}
        aria-rowcount={(total ?? all.length) + 1}
        ref={scroller}
        tabIndex={0}
        style={{['--columns' as string]: template}}
      >
        <div role="rowgroup" className="table-head">
          <div role="row" aria-rowindex={1} className="tr">
            {onSelect && (
              <div role="columnheader" className="th select">
                <Check
                  label={t.table.selectAll}
                  hideLabel
                  checked={table.getIsAllRowsSelected() && all.length > 0}
                  onChange={checked => table.toggleAllRowsSelected(checked)}
                />
              </div>
            )}
            {table.getFlatHeaders().map(header => (
              <div role="columnheader" className="th" key={header.id}>
                {flexRender(header.column.columnDef.header, header.getContext())}
              </div>
            ))}
          </div>
        </div>
        <div role="rowgroup" className="table-body" style={{height: `${virtual.getTotalSize()}px`}}>
          {items.map(item => {
            const row = all[item.index]!;
            return (
              <div
                role="row"
                key={row.id}
                className={row.getIsSelected() ? 'tr selected' : 'tr'}
                aria-rowindex={item.index + 2}
                data-index={item.index}
                ref={virtual.measureElement}
                style={{transform: `translateY(${item.start}px)`}}
              >
                {onSelect && (
                  <div role="cell" className="td select">
                    <Check
                      label={t.table.select(props.nameOf?.(row.original) ?? row.id)}
                      hideLabel
                      checked={row.getIsSelected()}
                      onChange={checked => row.toggleSelected(checked)}
                    />
                  </div>
                )}
                {row.getVisibleCells().map((cell, i) => (
                  <div role="cell" className={columns[i]?.isMain ? 'td main' : 'td'} key={cell.id}>
                    <span className="cell-name" aria-hidden="true">
                      {columns[i]?.name}
                    </span>
                    <span className="cell-value">
                      {flexRender(cell.column.columnDef.cell, cell.getContext())}
                    </span>
                  </div>
                ))}
              </div>
            );
          })}
        </div>
      </div>
      <div className="table-foot">
        <span>{t.table.rows(all.length, total, props.hasMore)}</span>
        {props.loadingMore && <Loading />}
      </div>
    </div>
  );
}
