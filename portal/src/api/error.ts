// SPDX-License-Identifier: Apache-2.0
// Holds what goes wrong with calls.

type Details = {'@type'?: string; [name: string]: unknown}[];

// An error in the API's own shape.
export class ApiError extends Error {
  readonly status: number; // HTTP; 0 if there was no answer
  readonly code: string; // such as NOT_FOUND
  readonly reason: string | undefined; // the API's own code, such as INVALID_DEVICE_ID
  readonly requestId: string | undefined;

  constructor(status: number, code: string, message: string, reason?: string, requestId?: string) {
    super(message);
    this.status = status;
    this.code = code;
    this.reason = reason;
    this.requestId = requestId;
  }
}

function reasonOf(details: Details | undefined): string | undefined {
  for (const detail of details ?? []) {
    if (String(detail['@type']).endsWith('.TosError')) return 'TOS';
    const code = detail['code'] ?? detail['reason'] ?? detail['errorCode'];
    if (typeof code === 'string') return code;
  }
  return undefined;
}

// Returns the error that an answer holds, of whatever server.
export async function errorOf(answer: Response): Promise<ApiError> {
  const requestId = answer.headers.get('X-Request-Id') ?? undefined;
  const text = await answer.text().catch(() => '');
  try {
    const {error} = JSON.parse(text) as {
      error: {message?: string; status?: string; details?: Details};
    };
    return new ApiError(
      answer.status,
      error.status ?? String(answer.status),
      error.message ?? answer.statusText,
      reasonOf(error.details),
      requestId,
    );
  } catch {
    // A proxy's page, or half an answer.
    return new ApiError(
      answer.status,
      String(answer.status),
      answer.statusText || `HTTP ${answer.status}`,
      undefined,
      requestId,
    );
  }
}

// Fetches; throws ApiError with the status 0 if there is no answer.
export async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new ApiError(0, 'UNAVAILABLE', 'no answer');
  }
}
