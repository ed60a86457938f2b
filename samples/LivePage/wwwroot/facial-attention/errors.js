/** What a person at the page can understand: its message is a sentence that says what is wrong and what would work. */
export class ReaderError extends Error {
  constructor(message, cause) {
    super(message, { cause });
    this.name = 'ReaderError';
  }
}
