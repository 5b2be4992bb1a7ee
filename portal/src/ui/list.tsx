// SPDX-License-Identifier: Apache-2.0
// Lists that are read from the server: their pages, and what is shown before there are rows.
import type {InfiniteData, UseInfiniteQueryResult} from '@tanstack/react-query';
import {useCallback, useMemo, type ReactNode} from 'react';
import {ErrorNote, Loading} from './notes';

// The rows of a list that is read page by page. `rowsOf` must be the same function each time.
export function usePages<Page, Row>(
  list: UseInfiniteQueryResult<InfiniteData<Page>>,
  rowsOf: (page: Page) => Row[] | undefined,
) {
  const {data, hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage, refetch} =
    list;
  const rows = useMemo(
    () => (data?.pages ?? []).flatMap(page => rowsOf(page) ?? []),
    [data, rowsOf],
  );
  // Reads the next page. After a failure only a person reads on, by `retry`.
  const readOn = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage && !isFetchNextPageError) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage]);
  const retry = useCallback(
    () => void (isFetchNextPageError ? fetchNextPage() : refetch()),
    [isFetchNextPageError, fetchNextPage, refetch],
  );
  return {
    rows,
    readOn,
    retry,
    hasMore: hasNextPage,
    isReading: isFetchingNextPage,
    isPending: list.isPending,
    error: list.error,
  };
}

// What is known of a list: that it is being read, that reading it failed, `empty`, or its rows. A
// list that could not be read is not called empty.
export function List({
  list,
  isEmpty,
  empty,
  children,
}: {
  list: {isPending: boolean; error: unknown; retry?: () => void; refetch?: () => unknown};
  isEmpty: boolean;
  empty: ReactNode;
  children: ReactNode;
}) {
  const {isPending, error, retry, refetch} = list;
  return (
    <>
      <ErrorNote error={error} retry={retry ?? (() => void refetch?.())} />
      {isPending ? <Loading /> : !isEmpty ? children : !error && empty}
    </>
  );
}
