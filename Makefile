# make run：建环境、建库、启动看板；make test：装齐测试所需并运行全部检查。
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: run test bench audit lock clean

run: $(VENV)/ready
	@$(BIN)/python -m core init --demo --if-missing
	@$(BIN)/python -m streamlit run dashboard.py

test: $(VENV)/ready-for-tests
	@$(BIN)/python tests/system.py
	$(BIN)/python -m pytest -n 3

# 各项速度，以倍数打印，写入 data/bench.json；约二十分钟，要十三 GB 空间（BENCH="--counties 100" 少些）。
bench: $(VENV)/ready-for-tests
	@$(BIN)/python tests/system.py
	@$(BIN)/python -m tests.bench $(BENCH)

$(VENV)/ready: requirements.txt
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install -q -r requirements.txt
	@touch $@

$(VENV)/ready-for-tests: $(VENV)/ready tests/requirements.txt
	@$(BIN)/pip install -q -r tests/requirements.txt
	@touch $@

# 依赖有没有已公布的漏洞：逐个核对 requirements.txt 里锁定的版本；有漏洞、或有一个没能核对，都算失败。
audit: $(VENV)/ready-for-tests
	$(BIN)/pip-audit --strict --no-deps --disable-pip --progress-spinner off -r requirements.txt

# requirements.txt 与 tests/requirements.txt 由 pyproject.toml 生成：全部包（含间接依赖）锁到确切版本。
lock:
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install -q pip-tools
	@$(BIN)/python tests/lock.py

clean:
	rm -rf $(VENV) data/county.db data/county.db-wal data/county.db-shm
