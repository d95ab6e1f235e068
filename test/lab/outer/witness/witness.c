// A guest that boots at once, wherever processors are emulated twice: it tells at its first serial port which PCI functions and
// USB ports in use it sees, whenever that changes, and lets go of whatever it is asked for. A multiboot kernel without anything else.
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;

__attribute__((section(".multiboot"), used)) static const u32 multiboot[] = {0x1badb002, 0, -0x1badb002};

static inline void out8(u16 port, u8 value) { __asm__ volatile("outb %0, %1" ::"a"(value), "Nd"(port)); }
static inline u8 in8(u16 port) { u8 value; __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port)); return value; }
static inline void out32(u16 port, u32 value) { __asm__ volatile("outl %0, %1" ::"a"(value), "Nd"(port)); }
static inline u32 in32(u16 port) { u32 value; __asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port)); return value; }

enum { SERIAL = 0x3f8, LINE_STATUS = SERIAL + 5, SENT = 0x20 };
static void say(char c) { while (!(in8(LINE_STATUS) & SENT)); out8(SERIAL, c); }
static void text(const char *t) { while (*t) say(*t++); }
static void number(u32 value, int digits) {
  while (digits--) say("0123456789abcdef"[value >> (4 * digits) & 15]);
}

enum { CONFIG_ADDRESS = 0xcf8, CONFIG_DATA = 0xcfc };
static u32 config(u32 bus, u32 slot, u32 offset) {
  out32(CONFIG_ADDRESS, 0x80000000u | bus << 16 | slot << 11 | offset);
  return in32(CONFIG_DATA);
}

// ACPI PCI hot-plug of QEMU [docs/specs/acpi_pci_hotplug.txt]; on the machine q35 its registers begin here.
enum { HOTPLUG = 0xcc0, DOWN = HOTPLUG + 4, EJECT = HOTPLUG + 8, SELECT = HOTPLUG + 16, BUSES = 32 };
static void let_go(void) {
  for (u32 bus = 0; bus < BUSES; bus++) {
    out32(SELECT, bus);
    u32 asked = in32(DOWN);
    if (asked) out32(EJECT, asked);
  }
}

// Ports of an xHCI controller that have a device [xHCI 1.2, 5.3 and 5.4.8].
static u32 usb_ports(u32 base) {
  volatile u8 *registers = (volatile u8 *)base;
  u32 ports = *(volatile u32 *)(base + 4) >> 24, used = 0;
  for (u32 port = 0; port < ports && port < 32; port++)
    if (*(volatile u32 *)(base + registers[0] + 0x400 + 16 * port) & 1) used |= 1u << port;
  return used;
}

enum { LAST_BUS = 32, XHCI = 0x0c0330 };
static u32 before[LAST_BUS][32], used_before;

static void look(void) {
  for (u32 bus = 0; bus < LAST_BUS; bus++)
    for (u32 slot = 0; slot < (bus ? 1 : 32); slot++) {
      u32 id = config(bus, slot, 0);
      if (id == before[bus][slot]) continue;
      before[bus][slot] = id;
      text("pci "); number(bus, 2); say(':'); number(slot, 2); say(' ');
      number(id & 0xffff, 4); say(':'); number(id >> 16, 4); text("\r\n");
    }
  for (u32 bus = 1; bus < LAST_BUS; bus++) {
    if (config(bus, 0, 0) == ~0u || config(bus, 0, 8) >> 8 != XHCI) continue;
    u32 used = usb_ports(config(bus, 0, 16) & ~15u);
    if (used == used_before) continue;
    used_before = used;
    text("usb "); number(used, 8); text("\r\n");
  }
}

__attribute__((naked, used)) void _start(void) {
  __asm__ volatile("mov $stack + 4096, %esp\n call run");
}
u8 stack[4096] __attribute__((aligned(16)));
__attribute__((used)) void run(void) {
  for (u32 bus = 0; bus < LAST_BUS; bus++) for (u32 slot = 0; slot < 32; slot++) before[bus][slot] = ~0u;
  text("GUEST READY\r\n");
  for (;;) { let_go(); look(); }
}
