// Small plots of the last hours. Each says in words what it draws, for those who do not see it.
import type {ConsoleResponse_Series_Step} from "hark/v1";
import {clockText} from "../format.js";

const WIDTH = 240;
const HEIGHT = 56;

interface Props { title: string; steps: readonly ConsoleResponse_Series_Step[]; value(step: ConsoleResponse_Series_Step): number; line?: boolean }

export function Plot({title, steps, value, line}: Props) {
  const values = steps.map(value);
  const most = Math.max(1, ...values);
  const step = WIDTH / Math.max(1, values.length);
  const y = (amount: number) => HEIGHT - (amount / most) * (HEIGHT - 6);
  const total = line ? (values.at(-1) ?? 0) : values.reduce((sum, one) => sum + one, 0);
  const points = values.map((amount, i) => `${(i + 0.5) * step},${y(amount)}`);
  return (
    <figure class="plot">
      <figcaption><span>{title}</span><strong>{total}</strong></figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={`${title}: ${values.join(", ")}`}>
        <line class="axis" x1="0" x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} />
        {line
          ? <><polygon class="under" points={`0,${HEIGHT} ${points.join(" ")} ${WIDTH},${HEIGHT}`} /><polyline class="over" points={points.join(" ")} /></>
          : values.map((amount, i) => <rect class="bar-of" x={i * step + 0.6} width={Math.max(0.5, step - 1.2)} y={y(amount)} height={HEIGHT - y(amount)}><title>{`${clockText(steps[i]?.fromMs)}: ${amount}`}</title></rect>)}
      </svg>
      <p class="quiet line"><span>{steps[0] ? clockText(steps[0].fromMs) : ""}</span><span>{steps.length ? clockText(steps.at(-1)?.fromMs) : ""}</span></p>
    </figure>
  );
}
