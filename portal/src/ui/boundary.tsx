// SPDX-License-Identifier: Apache-2.0
import {Component, type ReactNode} from 'react';
import {t} from '../en';
import {Button, ErrorNote} from './kit';

type Props = {children: ReactNode; place: string};
type State = {error: unknown; place: string};

// Shows what went wrong instead of a page that failed. Another `place` is drawn again.
export class Boundary extends Component<Props, State> {
  override state: State = {error: null, place: this.props.place};

  static getDerivedStateFromError(error: unknown): Partial<State> {
    return {error};
  }

  static getDerivedStateFromProps(props: Props, state: State): Partial<State> | null {
    return props.place === state.place ? null : {error: null, place: props.place};
  }

  override render(): ReactNode {
    if (!this.state.error) return this.props.children;
    return (
      <>
        <h1 tabIndex={-1}>{t.errors.page}</h1>
        <ErrorNote error={this.state.error} />
        <div className="actions">
          <Button kind="primary" onPress={() => location.reload()}>
            {t.errors.reload}
          </Button>
        </div>
      </>
    );
  }
}
