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
import {memo, useCallback, useEffect, useMemo, useRef, type ReactNode} from 'react';
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

// As in styles.css. A row that is as high as expected is drawn once.
const kRowHeight = 48;
const heightOf = () => kRowHeight;

type LineProps<Row> = {
  row: Row;
  index: number;
  start: number; // px
  columns: Column<Row>[];
  measure: (element: Element | null) => void;
  name: string; // of the row, for its check box
  isSelected: boolean;
  select: ((index: number, isSelected: boolean) => void) | undefined;
};

// A row in view. While the table is scrolled, those that stay are not drawn again.
function LineOf<Row>({
  row,
  index,
  start,
  columns,
  measure,
  name,
  isSelected,
  select,
}: LineProps<Row>) {
  return (
    <div
      role="row"
      className={isSelected ? 'tr selected' : 'tr'}
      aria-rowindex={index + 2}
      data-index={index}
      ref={measure}
      style={{transform: `translateY(${start}px)`}}
    >
      {select && (
        <div role="cell" className="td select">
          <Check
            label={t.table.select(name)}
            hideLabel
            checked={isSelected}
            onChange={checked => select(index, checked)}
          />
        </div>
      )}
      {columns.map((column, i) => (
        <div role="cell" className={column.isMain ? 'td main' : 'td'} key={i}>
          <span className="cell-name" aria-hidden="true">
            {column.name}
          </span>
          <span className="cell-value">{column.cell(row, index)}</span>
        </div>
      ))}
    </div>
  );
}
const Line = memo(LineOf) as typeof LineOf;

export function Table<Row>(props: Props<Row>) {
  const {label, rows, columns, idOf, selected, onSelect, total, onEnd} = props;
  const scroller = useRef<HTMLDivElement>(null);
  const definitions = useMemo<ColumnDef<Row>[]>(
    () =>
      columns.map((column, i) => ({
        id: String(i),
        header: column.name,
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
  const latest = useRef(all);
  useEffect(() => {
    latest.current = all;
  }, [all]);
  const select = useCallback(
    (index: number, isSelected: boolean) => latest.current[index]?.toggleSelected(isSelected),
    [],
  );
  // The same function while the rows are the same: another one makes it measure all rows again.
  const keyOf = useCallback((i: number) => all[i]?.id ?? i, [all]);
  const virtual = useVirtualizer({
    count: all.length,
    getScrollElement: () => scroller.current,
    estimateSize: heightOf,
    getItemKey: keyOf,
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
              <Line
                key={row.id}
                row={row.original}
                index={item.index}
                start={item.start}
                columns={columns}
                measure={virtual.measureElement}
                name={props.nameOf?.(row.original) ?? row.id}
                isSelected={row.getIsSelected()}
                select={onSelect && select}
              />
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
