"""The tokenizer component: folds the line, then cuts it into tokens."""

from __future__ import annotations

from typing import Any, Dict, List

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components.normalise import fold
from nlu.components.tokens import cut


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class FiveScriptTokenizer(Tokenizer):
    """Tokens carry the folded text and the offsets of the line as it was written."""

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """Return Rasa's three settings for tokenizers; we use none of them."""
        return {"intent_tokenization_flag": False, "intent_split_symbol": "_", "token_pattern": None}

    @staticmethod
    def required_packages() -> List[str]:
        """Return what must be importable."""
        return ["opencc", "regex"]

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Leave the examples as they are: our components cut for themselves, and Rasa hashes tokens."""
        return training_data

    def tokenize(self, message: Message, attribute: str) -> List[Token]:
        """Return the tokens of one attribute of a message."""
        return [Token(span.text, span.start, span.end) for span in cut(fold(message.get(attribute)))]
