import { Readable } from 'node:stream';
import type { KMSClient } from '@aws-sdk/client-kms';
import { boundedAnswer } from '../remote/bounded-answer.js';
import { brokenUrlRule } from '../remote/https-url.js';
import { KeyServiceError } from '../remote/key-service.js';

interface Target {
  readonly protocol: string;
  readonly hostname: string;
}

function isTarget(request: unknown): request is Target {
  return (
    typeof request === 'object' &&
    request !== null &&
    'protocol' in request &&
    'hostname' in request
  );
}

/**
 * Holds each request to the rule of the setting `endpoint`. The SDK also takes an endpoint from variables (`AWS_ENDPOINT_URL`, often set
 * for another service of AWS) and profiles, where nobody has looked at it, and a request carries the key.
 */
export function addTransportRule(client: KMSClient): void {
  client.middlewareStack.add(
    (next) => (args) => {
      const { request } = args;
      const rule = isTarget(request)
        ? brokenUrlRule(`${request.protocol}//${request.hostname}`)
        : 'must be known';
      if (rule !== undefined) {
        throw new KeyServiceError('denied', `AWS KMS: the address that variables name ${rule}`);
      }
      return next(args);
    },
    { step: 'finalizeRequest', priority: 'low', name: 'keywardTransportRule' },
  );
}

/** Bounds what is read of an answer: the SDK reads all that comes. */
export function addAnswerBound(client: KMSClient): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      const output = await next(args);
      const { response } = output;
      if (typeof response === 'object' && response !== null && 'body' in response) {
        if (response.body instanceof Readable) response.body = boundedAnswer(response.body);
      }
      return output;
    },
    // Innermost: what is deserialized has gone through it.
    { step: 'deserialize', priority: 'low', name: 'keywardAnswerBound' },
  );
}
