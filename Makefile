# make run：建环境、建库、启动看板；make test：装齐测试所需并运行全部检查。
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SHARED := $(CURDIR)/test-results/shared
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: run test pictures rights histories bench faults fuzz load wheels offline audit lock clean

# 旁边有 wheels 文件夹（make wheels 做的）时只从那里安装，不访问网络。
ifneq ($(wildcard wheels/*.whl),)
export PIP_NO_INDEX := 1
export PIP_FIND_LINKS := $(CURDIR)/wheels
endif

run: $(VENV)/ready
	@$(BIN)/python -m core init --demo --if-missing
	@$(BIN)/python -m streamlit run dashboard.py

# 演示县在旁边生成，同时装测试用的包，并先把测试读一遍（编译），省得三个进程各编译一次。一个文件的测试在一个进程里：
# 它们共用的东西只备一次。
test: $(VENV)/ready
	@$(BIN)/python tests/system.py $(SHARED) & made=$$!; $(MAKE) -s $(VENV)/ready-for-tests && { $(BIN)/python -m pytest --collect-only -qq > /dev/null || true; } && wait $$made
	COUNTY_TESTS_SHARED=$(SHARED) $(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

# 随机账号、随机动作400次，每次不同：谁都看不到不归自己的地方（make test 只跑同样的28次）。重做某一次：SEED=123 make rights
ACTIONS ?= 400
SEED ?= $(shell date +%s)
rights: $(VENV)/ready-for-tests
	SEED=$(SEED) ACTIONS=$(ACTIONS) $(BIN)/python -m pytest tests/test_rights.py

# 版面有意改动、看过之后：重新留存 tests/browser/pictures 里的样张。
pictures: $(VENV)/ready-for-tests
	@$(BIN)/python tests/system.py $(SHARED)
	PICTURES=keep COUNTY_TESTS_SHARED=$(SHARED) $(BIN)/python -m pytest tests/browser/test_pictures.py

# 各项速度，以倍数打印，写入 data/bench.json；约二十分钟，要十六 GB 空间，放在 TMPDIR（BENCH="--counties 100" 少些，BENCH="--only reports" 只量一项）。
bench: $(VENV)/ready-for-tests
	@$(BIN)/python tests/system.py
	@$(BIN)/python -m tests.bench $(BENCH)

# 不预先编译：用到的模块第一次用时才编译，少等十几秒。
$(VENV)/ready: requirements.txt
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install -q --no-compile -r requirements.txt
	@touch $@

$(VENV)/ready-for-tests: $(VENV)/ready tests/requirements.txt
	@$(BIN)/pip install -q --no-compile -r tests/requirements.txt
	@$(BIN)/pip install -q --no-compile --no-deps lifelines==0.30.3  # 自称只认 pandas 2，用到的部分在 pandas 3 上正常
	@touch $@

# 下面三个是全量；make test 里各跑一小份。结果打印出来，并写入 data/ 下的 JSON。
# 任意时刻断电（kill -9）、磁盘满、库被占用、损坏、时钟拨回、数据库重启：约二十分钟。
faults: $(VENV)/ready-for-tests
	$(BIN)/python -m tests.faults

# 两千份造坏的表格：约二十分钟。重做某一份：make fuzz FUZZ="--seed 123"
fuzz: $(VENV)/ready-for-tests
	$(BIN)/python -m tests.fuzz $(FUZZ)

# 200个人同时看一小时，压缩在几分钟里。
load: $(VENV)/ready-for-tests
	$(BIN)/python -m tests.load $(LOAD)

# 把全部依赖下载成一个文件夹，拷到没有网络的机器上安装。
wheels: $(VENV)/ready
	@env -u PIP_NO_INDEX -u PIP_FIND_LINKS $(BIN)/pip download -q --only-binary :all: --dest wheels -r requirements.txt
	@echo "已下载 $$(ls wheels | wc -l) 个包，$$(du -sh wheels | cut -f1)，在 wheels/。"

# 证明 wheels 够用：在一个连不上网络的临时环境里装一遍，并建一个空库。
offline:
	@sh tests/offline.sh

# 500段随机的导入、撤回、恢复，逐日与从行重算的比较（make test 只跑80段）。
histories: $(VENV)/ready-for-tests
	HISTORIES=25 $(BIN)/python -m pytest -n 3 tests/core/test_histories.py

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
