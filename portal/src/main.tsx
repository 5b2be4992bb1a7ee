// SPDX-License-Identifier: Apache-2.0
import {QueryClient, QueryClientProvider} from '@tanstack/react-query';
import {StrictMode} from 'react';
import {createRoot} from 'react-dom/client';
import {I18nProvider} from 'react-aria-components';
import {Router} from 'wouter';
import {ApiError} from './api/client';
import {App} from './app';
import {loadOpenPart} from './parts';
import './styles.css';

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // Another attempt helps only if the server was not reached, or failed.
      retry: (count, error) =>
        count < 2 && error instanceof ApiError && (error.status < 400 || error.status >= 500),
    },
  },
});

loadOpenPart();
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <I18nProvider locale="en-US">
        <Router base="/portal">
          <App />
        </Router>
      </I18nProvider>
    </QueryClientProvider>
  </StrictMode>,
);
