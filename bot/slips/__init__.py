"""E-slips: the PDF, the pages under `/eslip/…`, and what the letters say."""
