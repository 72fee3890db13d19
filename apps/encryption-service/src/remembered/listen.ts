import { ChangeListener, type Connection } from '@app/persistence';
import { SCHEMA } from '../schema.js';
import { CHANGE_CHANNEL, type Remembered } from './remembered.js';

/** Hears of changed rows for as long as the service runs, and forgets them. */
export function listenForChanges(
  remembered: Remembered,
  connection: Connection,
  onError: (error: unknown) => void,
): ChangeListener {
  return ChangeListener.start(
    SCHEMA,
    connection,
    { channel: CHANGE_CHANNEL },
    {
      onChange: (payload) => {
        remembered.onChange(payload);
      },
      onGap: () => {
        remembered.onGap();
      },
      onError,
    },
  );
}
