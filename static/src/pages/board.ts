/** The page of one board. */

import { startBoard } from "../board/app";

startBoard();
