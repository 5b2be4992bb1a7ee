// SPDX-License-Identifier: Apache-2.0
// Dialogs that a button opens.
import {type ReactNode} from 'react';
import {Dialog, DialogTrigger, Heading, Modal, ModalOverlay} from 'react-aria-components';
import {t} from '../en';
import {useAttempt} from './attempt';
import {Button, type ButtonProps} from './buttons';
import {ErrorNote} from './notes';

// A button that opens a dialog. `children` gets the function that closes it.
export function DialogButton({
  button,
  kind,
  title,
  children,
  disabled,
  wide,
}: {
  button: ReactNode;
  kind?: ButtonProps['kind'];
  title: string;
  disabled?: boolean;
  wide?: boolean;
  children: (close: () => void) => ReactNode;
}) {
  return (
    <DialogTrigger>
      <Button kind={kind ?? 'plain'} disabled={Boolean(disabled)}>
        {button}
      </Button>
      <ModalOverlay className="overlay" isDismissable>
        <Modal className={wide ? 'modal wide' : 'modal'}>
          <Dialog className="dialog">
            {({close}) => (
              <>
                <Heading slot="title" level={2}>
                  {title}
                </Heading>
                {children(close)}
              </>
            )}
          </Dialog>
        </Modal>
      </ModalOverlay>
    </DialogTrigger>
  );
}

// A button that asks before it acts.
export function ConfirmButton({
  button,
  title,
  children,
  confirm,
  act,
  kind = 'danger',
  disabled,
  trigger,
}: {
  button: ReactNode;
  title: string;
  children?: ReactNode;
  confirm: string;
  act: () => Promise<unknown>;
  kind?: ButtonProps['kind'];
  disabled?: boolean;
  trigger?: ButtonProps['kind'];
}) {
  const {busy, error, run} = useAttempt();
  return (
    <DialogButton button={button} kind={trigger ?? kind} title={title} disabled={Boolean(disabled)}>
      {close => (
        <>
          <div className="dialog-body">{children}</div>
          <ErrorNote error={error} />
          <div className="dialog-foot">
            <Button onPress={close}>{t.cancel}</Button>
            <Button
              kind={kind}
              busy={busy}
              onPress={() =>
                void run(async () => {
                  await act();
                  close();
                })
              }
            >
              {confirm}
            </Button>
          </div>
        </>
      )}
    </DialogButton>
  );
}
