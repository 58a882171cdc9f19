"""The evaluation as files to hand round: a workbook with charts, and a report as PDF."""
