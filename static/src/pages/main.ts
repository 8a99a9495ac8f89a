/** Every Jinja page. Each behaviour is attached where its data attribute is found; without script the pages work. */
export {};
