// SPDX-License-Identifier: Apache-2.0
import qrcode from 'qrcode-generator';
import {useMemo} from 'react';
import {t} from '../en';
import {Note} from './kit';

const kQuiet = 4; // modules around the code

// Draws `text` as a QR code.
export function QrCode({text, label}: {text: string; label: string}) {
  const drawing = useMemo(() => {
    try {
      const code = qrcode(0, 'L');
      code.addData(unescape(encodeURIComponent(text)), 'Byte');
      code.make();
      const size = code.getModuleCount();
      let path = '';
      for (let y = 0; y < size; ++y) {
        for (let x = 0; x < size; ++x)
          if (code.isDark(y, x)) path += `M${x + kQuiet} ${y + kQuiet}h1v1h-1z`;
      }
      return {path, size: size + 2 * kQuiet};
    } catch {
      return null; // more than a QR code holds
    }
  }, [text]);
  if (!drawing) return <Note tone="warn">{t.qrTooLong}</Note>;
  return (
    <svg
      className="qr"
      role="img"
      aria-label={label}
      viewBox={`0 0 ${drawing.size} ${drawing.size}`}
      shapeRendering="crispEdges"
    >
      <path d={drawing.path} />
    </svg>
  );
}
