/** A process that never says it is ready, and prints without end. */
for (;;) console.error("x".repeat(1_000));
