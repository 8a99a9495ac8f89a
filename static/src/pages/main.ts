/**
 * Every page made of templates. Each behaviour is attached where its data attribute stands; without script the
 * pages work. Order matters for forms: what may hold a submission back listens before what marks it as sent.
 */
import { autosave } from "../controllers/autosave";
import { combobox } from "../controllers/combobox";
import { confirmSubmits } from "../controllers/confirm-submit";
import { counter } from "../controllers/counter";
import { keepDrafts } from "../controllers/draft";
import { forgetAtSignOut } from "../controllers/forget";
import { insertions } from "../controllers/insert";
import { liveParts } from "../controllers/live";
import { moments } from "../controllers/moments";
import { readingTime } from "../controllers/reading";
import { showSimilar } from "../controllers/similar";
import { copying, flashes, localTimes, menus, offlineBanner, printing, unreadCount } from "../controllers/small";
import { guardSubmits } from "../controllers/submit-guard";
import { all, applyLaterStyles } from "../lib/dom";

for (const box of all("[data-combobox]")) combobox(box);
for (const note of all("[data-counter]")) counter(note);
for (const note of all("[data-reading]")) readingTime(note);
for (const form of all<HTMLFormElement>("form[data-autosave]")) autosave(form);
for (const form of all("[data-similar]")) showSimilar(form);
for (const box of all("[data-live]")) liveParts(box);
insertions();
moments();
confirmSubmits();
keepDrafts();
forgetAtSignOut();
guardSubmits();
menus();
flashes();
copying();
localTimes();
printing();
offlineBanner();
unreadCount();
applyLaterStyles();
