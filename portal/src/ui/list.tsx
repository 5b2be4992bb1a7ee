// SPDX-License-Identifier: Apache-2.0
// Reads lists and single resources from the server, and says what is known until they are there.
import type {InfiniteData, UseInfiniteQueryResult} from '@tanstack/react-query';
import {useCallback, useMemo, type ReactNode} from 'react';
import {ErrorNote, Loading} from './notes';
import {Page} from './page';

type Read = {isPending: boolean; error: unknown; refetch?: () => unknown; retry?: () => void};

function ReadError({error, retry, refetch}: Read) {
  return <ErrorNote error={error} retry={retry ?? (() => void refetch?.())} />;
}

// The page of a resource that is being read, or could not be read.
export function Unread({
  title,
  back,
  query,
}: {
  title: string;
  back: {to: string; text: string};
  query: Read;
}) {
  return (
    <Page title={title} back={back}>
      {query.isPending && <Loading />}
      <ReadError {...query} />
    </Page>
  );
}

// The rows of a list that is read page by page. `rowsOf` must be the same function each time.
export function usePages<Page, Row>(
  list: UseInfiniteQueryResult<InfiniteData<Page>>,
  rowsOf: (page: Page) => Row[] | undefined,
) {
  const {data, isFetchingNextPage, isFetchNextPageError, fetchNextPage, refetch} = list;
  const hasNextPage = list.hasNextPage && !list.isPlaceholderData;
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

// Shows what is known of a list: that it is being read, that reading it failed, `empty`, or its
// rows. A list that could not be read is not called empty.
export function List({
  list,
  isEmpty,
  empty,
  children,
}: {
  list: Read;
  isEmpty: boolean;
  empty: ReactNode;
  children: ReactNode;
}) {
  return (
    <>
      <ReadError {...list} />
      {list.isPending ? <Loading /> : !isEmpty ? children : !list.error && empty}
    </>
  );
}
