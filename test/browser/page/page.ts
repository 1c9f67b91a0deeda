/** A page that dissects the captures dropped on it: what a program in a browser does with the library. */
import { packetJson, readCapture } from 'netdissect';

function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no element '${id}'`);
  return found;
}

/** Shows a record for each packet, and how the capture ended. */
async function show(file: File): Promise<void> {
  element('state').textContent = 'reading';
  const records: string[] = [];
  const vnis = new Set<number>();
  let end = 'whole';
  try {
    for await (const packet of readCapture(file)) {
      records.push(packetJson(packet));
      const vni = packet.layer('vxlan')?.vni;
      if (vni !== undefined) vnis.add(vni);
    }
  } catch (error) {
    end = String(error);
  }
  element('records').textContent = records.join('\n');
  element('state').textContent =
    `${file.name}: ${records.length} packets, VNI ${[...vnis].join(', ') || 'none'}, ${end}`;
}

const drop = element('drop');
drop.addEventListener('dragover', (event) => event.preventDefault());
drop.addEventListener('drop', (event) => {
  event.preventDefault();
  for (const file of event.dataTransfer?.files ?? []) void show(file);
});
const input = element('file') as HTMLInputElement;
input.addEventListener('change', () => {
  for (const file of input.files ?? []) void show(file);
});
