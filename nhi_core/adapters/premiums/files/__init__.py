"""Premium data from files: CSV in UTF-8 or Big5, read in blocks, never whole."""

from nhi_core.adapters.premiums.files.blocks import Block, blocks_of, heading_of, lines_of
from nhi_core.adapters.premiums.files.report import write_report
from nhi_core.adapters.premiums.files.survey import Survey, survey

__all__ = ["Block", "Survey", "blocks_of", "heading_of", "lines_of", "survey", "write_report"]
