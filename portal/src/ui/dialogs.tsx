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
  onOpenChange,
}: {
  button: ReactNode;
  kind?: ButtonProps['kind'];
  title: string;
  onOpenChange?: (isOpen: boolean) => void;
  disabled?: boolean;
  wide?: boolean;
  children: (close: () => void) => ReactNode;
}) {
  return (
    <DialogTrigger {...(onOpenChange ? {onOpenChange} : {})}>
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

// Moves the focus to the page's heading if the control that had it is gone, such as the button of
// a row that was removed: else people without a mouse would start at the top again.
export function keepFocus(): void {
  const later = () => {
    const at = document.activeElement;
    if (at && at !== document.body) return;
    document.querySelector<HTMLElement>('main h1')?.focus({preventScroll: true});
  };
  setTimeout(later, 50); // the dialog has gone, and has tried to give the focus back
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
  const {busy, error, run, forget} = useAttempt();
  return (
    <DialogButton
      button={button}
      kind={trigger ?? kind}
      title={title}
      disabled={Boolean(disabled)}
      onOpenChange={forget}
    >
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
                  keepFocus();
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
