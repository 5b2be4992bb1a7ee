// SPDX-License-Identifier: Apache-2.0
// Holds what goes wrong with calls.
import {t} from '../en';

type Details = {'@type'?: string; [name: string]: unknown}[];

type Facts = {
  reason?: string | undefined; // the API's own code, such as INVALID_DEVICE_ID
  requestId?: string | undefined;
  retryAfter?: number; // seconds after which the server wants the call again
};

// An error in the API's own shape.
export class ApiError extends Error {
  readonly status: number; // HTTP; 0 if there was no answer
  readonly code: string; // such as NOT_FOUND
  readonly reason: string | undefined;
  readonly requestId: string | undefined;
  readonly retryAfter: number | undefined;

  constructor(status: number, code: string, message: string, facts: Facts = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.reason = facts.reason;
    this.requestId = facts.requestId;
    this.retryAfter = facts.retryAfter;
  }

  // Is true if the call may have been done all the same: its answer is lost, or half of it is.
  get isLost(): boolean {
    return this.code === kLost;
  }
}

const kLost = 'LOST';

function reasonOf(details: Details | undefined): string | undefined {
  for (const detail of details ?? []) {
    if (String(detail['@type']).endsWith('.TosError')) return 'TOS';
    const code = detail['code'] ?? detail['reason'] ?? detail['errorCode'];
    if (typeof code === 'string') return code;
  }
  return undefined;
}

function requestIdOf(answer: Response): string | undefined {
  return answer.headers.get('X-Request-Id') ?? undefined;
}

// Returns the error that an answer holds, of whatever server.
export async function errorOf(answer: Response): Promise<ApiError> {
  const requestId = requestIdOf(answer);
  const seconds = Number.parseInt(answer.headers.get('Retry-After') ?? '', 10);
  const retryAfter = seconds > 0 ? {retryAfter: seconds} : {};
  const text = await answer.text().catch(() => '');
  try {
    const {error} = JSON.parse(text) as {
      error: {message?: string; status?: string; details?: Details};
    };
    return new ApiError(
      answer.status,
      error.status ?? String(answer.status),
      error.message ?? answer.statusText,
      {reason: reasonOf(error.details), requestId, ...retryAfter},
    );
  } catch {
    // A proxy's page, or half an answer.
    return new ApiError(answer.status, answer.statusText, t.errors.foreign, {
      requestId,
      ...retryAfter,
    });
  }
}

// Returns the error of a call whose answer did not come, or came in half. A call that changes
// something may have been done.
export function lostError(method: string | undefined, answer?: Response): ApiError {
  const isChange = method !== undefined && method !== 'GET';
  const what = answer ? t.errors.half : t.errors.offline;
  return new ApiError(
    answer?.status ?? 0,
    isChange ? kLost : 'UNAVAILABLE',
    isChange ? t.errors.lost : what,
    {requestId: answer && requestIdOf(answer)},
  );
}

// Fetches; throws ApiError with the status 0 if there is no answer.
export async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw lostError(init.method);
  }
}
