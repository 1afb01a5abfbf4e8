BEGIN TRANSACTION;
CREATE TABLE ledger_entry (
	chain TEXT NOT NULL, 
	number BIGINT NOT NULL, 
	kind TEXT NOT NULL, 
	schema_version INTEGER NOT NULL, 
	identity TEXT NOT NULL, 
	time TEXT NOT NULL, 
	actor TEXT NOT NULL, 
	"references" TEXT NOT NULL, 
	body TEXT NOT NULL, 
	previous_hash TEXT NOT NULL, 
	hash TEXT NOT NULL, 
	PRIMARY KEY (chain, number), 
	CONSTRAINT ledger_entry_identity UNIQUE (chain, identity)
);
INSERT INTO "ledger_entry" VALUES('ysb',1,'window',1,'window/2026-01-31T08:00Z','2026-01-31T08:00:00.250000Z','horae','{"code_version":"0.1.0","spec":"sha256:1f"}','{"missing":null,"nested":{"a":[{}],"b":true},"numbers":[0,-1,0.1,1e-09,1e+22,12345678901234567890],"sentence":"A golden window: Ώρα, 5 %."}','0000000000000000000000000000000000000000000000000000000000000000','876da6a768962d02a64a8150ae34b0491ec62469f0dd9e1f0b44aa9f6af3e8ac');
INSERT INTO "ledger_entry" VALUES('ysb',2,'verdict',1,'verdict/2026-01-31T08:00Z','2026-01-31T08:01:00.250000Z','horae','{"code_version":"0.1.0","spec":"sha256:1f"}','{"missing":null,"nested":{"a":[{}],"b":true},"numbers":[0,-1,0.1,1e-09,1e+22,12345678901234567890],"sentence":"A golden verdict: Ώρα, 5 %."}','876da6a768962d02a64a8150ae34b0491ec62469f0dd9e1f0b44aa9f6af3e8ac','0284317abad1f2ac17545095dc87768198f33cff5b5f06345b7a977fb09ea0cc');
INSERT INTO "ledger_entry" VALUES('ysb',3,'forecast',1,'forecast/2026-01-31T08:00Z','2026-01-31T08:02:00.250000Z','horae','{"code_version":"0.1.0","spec":"sha256:1f"}','{"missing":null,"nested":{"a":[{}],"b":true},"numbers":[0,-1,0.1,1e-09,1e+22,12345678901234567890],"sentence":"A golden forecast: Ώρα, 5 %."}','0284317abad1f2ac17545095dc87768198f33cff5b5f06345b7a977fb09ea0cc','1327afde84348b39551a2e9f670581b0b90abd37fee26ff783a94476c26b6dc7');
INSERT INTO "ledger_entry" VALUES('ysb',4,'model',1,'model/2026-01-31T08:00Z','2026-01-31T08:03:00.250000Z','horae','{"code_version":"0.1.0","spec":"sha256:1f"}','{"missing":null,"nested":{"a":[{}],"b":true},"numbers":[0,-1,0.1,1e-09,1e+22,12345678901234567890],"sentence":"A golden model: Ώρα, 5 %."}','1327afde84348b39551a2e9f670581b0b90abd37fee26ff783a94476c26b6dc7','da2e069e048180a5e78196a7d2e9e96be12a9377a882805df69867cdf70cd566');
INSERT INTO "ledger_entry" VALUES('ysb',5,'decision',1,'decision/2026-01-31T08:00Z','2026-01-31T08:04:00.250000Z','horae','{"code_version":"0.1.0","spec":"sha256:1f"}','{"missing":null,"nested":{"a":[{}],"b":true},"numbers":[0,-1,0.1,1e-09,1e+22,12345678901234567890],"sentence":"A golden decision: Ώρα, 5 %."}','da2e069e048180a5e78196a7d2e9e96be12a9377a882805df69867cdf70cd566','2db27a32958c13d441f07bd7109928c5b59180df9e5e5b8b114b506a9ee3b26c');
INSERT INTO "ledger_entry" VALUES('ysb',6,'intention',1,'intention/2026-01-31T08:00Z','2026-01-31T08:05:00.250000Z','horae','{"code_version":"0.1.0","spec":"sha256:1f"}','{"missing":null,"nested":{"a":[{}],"b":true},"numbers":[0,-1,0.1,1e-09,1e+22,12345678901234567890],"sentence":"A golden intention: Ώρα, 5 %."}','2db27a32958c13d441f07bd7109928c5b59180df9e5e5b8b114b506a9ee3b26c','a605e3fca26d904d95b97670a76c325f05039b0b6f934194f4579f62f7737e6a');
INSERT INTO "ledger_entry" VALUES('ysb',7,'step',1,'step/2026-01-31T08:00Z','2026-01-31T08:06:00.250000Z','horae','{"code_version":"0.1.0","spec":"sha256:1f"}','{"missing":null,"nested":{"a":[{}],"b":true},"numbers":[0,-1,0.1,1e-09,1e+22,12345678901234567890],"sentence":"A golden step: Ώρα, 5 %."}','a605e3fca26d904d95b97670a76c325f05039b0b6f934194f4579f62f7737e6a','1655909ea24be65f7efe5e55728ad0d358c9e2e68f56988b111e9481c4fddd21');
INSERT INTO "ledger_entry" VALUES('ysb',8,'outcome',1,'outcome/2026-01-31T08:00Z','2026-01-31T08:07:00.250000Z','horae','{"code_version":"0.1.0","spec":"sha256:1f"}','{"missing":null,"nested":{"a":[{}],"b":true},"numbers":[0,-1,0.1,1e-09,1e+22,12345678901234567890],"sentence":"A golden outcome: Ώρα, 5 %."}','1655909ea24be65f7efe5e55728ad0d358c9e2e68f56988b111e9481c4fddd21','8f9394ce2c56fc21de479c3112d30ea13d1efa676c11540abae9c3f5ae10df6d');
INSERT INTO "ledger_entry" VALUES('ysb',9,'external_change',1,'external_change/2026-01-31T08:00Z','2026-01-31T08:08:00.250000Z','horae','{"code_version":"0.1.0","spec":"sha256:1f"}','{"missing":null,"nested":{"a":[{}],"b":true},"numbers":[0,-1,0.1,1e-09,1e+22,12345678901234567890],"sentence":"A golden external_change: Ώρα, 5 %."}','8f9394ce2c56fc21de479c3112d30ea13d1efa676c11540abae9c3f5ae10df6d','656563cecc9ff1af6eb991d162f05a7da5b07288d0fe2de643f3c6d177de9e57');
INSERT INTO "ledger_entry" VALUES('ysb',10,'promotion',1,'promotion/2026-01-31T08:00Z','2026-01-31T08:09:00.250000Z','horae','{"code_version":"0.1.0","spec":"sha256:1f"}','{"missing":null,"nested":{"a":[{}],"b":true},"numbers":[0,-1,0.1,1e-09,1e+22,12345678901234567890],"sentence":"A golden promotion: Ώρα, 5 %."}','656563cecc9ff1af6eb991d162f05a7da5b07288d0fe2de643f3c6d177de9e57','d0879e76acc4264651f3ea70e6d44737b8deb71721bf42c83bd6ecdded5226a4');
INSERT INTO "ledger_entry" VALUES('ysb',11,'control',1,'control/2026-01-31T08:00Z','2026-01-31T08:10:00.250000Z','horae','{"code_version":"0.1.0","spec":"sha256:1f"}','{"missing":null,"nested":{"a":[{}],"b":true},"numbers":[0,-1,0.1,1e-09,1e+22,12345678901234567890],"sentence":"A golden control: Ώρα, 5 %."}','d0879e76acc4264651f3ea70e6d44737b8deb71721bf42c83bd6ecdded5226a4','f544b12bf2c75aabad05dfb6f6a8b86ed9004c919a284f0909803ad0042a3bfe');
INSERT INTO "ledger_entry" VALUES('ysb',12,'refusal',1,'refusal/2026-01-31T08:00Z','2026-01-31T08:11:00.250000Z','horae','{"code_version":"0.1.0","spec":"sha256:1f"}','{"missing":null,"nested":{"a":[{}],"b":true},"numbers":[0,-1,0.1,1e-09,1e+22,12345678901234567890],"sentence":"A golden refusal: Ώρα, 5 %."}','f544b12bf2c75aabad05dfb6f6a8b86ed9004c919a284f0909803ad0042a3bfe','ea7c17a1214e82ad80706e3f2709acf1c13368e44e3cf67790235b00feac20ba');
INSERT INTO "ledger_entry" VALUES('ysb',13,'score',1,'score/2026-01-31T08:00Z','2026-01-31T08:12:00.250000Z','horae','{"code_version":"0.1.0","spec":"sha256:1f"}','{"missing":null,"nested":{"a":[{}],"b":true},"numbers":[0,-1,0.1,1e-09,1e+22,12345678901234567890],"sentence":"A golden score: Ώρα, 5 %."}','ea7c17a1214e82ad80706e3f2709acf1c13368e44e3cf67790235b00feac20ba','8eb37faf9d1b9cbdfc2be40dec46199e10a40efd72b64ce8e530449a1c75a181');
INSERT INTO "ledger_entry" VALUES('ysb',14,'what_if',1,'what_if/2026-01-31T08:00Z','2026-01-31T08:13:00.250000Z','horae','{"code_version":"0.1.0","spec":"sha256:1f"}','{"missing":null,"nested":{"a":[{}],"b":true},"numbers":[0,-1,0.1,1e-09,1e+22,12345678901234567890],"sentence":"A golden what_if: Ώρα, 5 %."}','8eb37faf9d1b9cbdfc2be40dec46199e10a40efd72b64ce8e530449a1c75a181','b23dddd1261a81fc08b3f7d44e7261d3fc2344c08b0e8b8e41aa84aaf1e59ac1');
INSERT INTO "ledger_entry" VALUES('tsw',1,'control',1,'kill-switch/1','2026-01-31T08:00:00.250000Z','Zoë Operator','{}','{"reason":"stopped for \"maintenance\""}','0000000000000000000000000000000000000000000000000000000000000000','7add498de1e9e1b543969a0d92a138f9a801d6cc8d8f4dd3ed914d9691299841');
CREATE TABLE ledger_head (
	chain TEXT NOT NULL, 
	count BIGINT NOT NULL, 
	last_hash TEXT NOT NULL, 
	PRIMARY KEY (chain)
);
INSERT INTO "ledger_head" VALUES('ysb',14,'b23dddd1261a81fc08b3f7d44e7261d3fc2344c08b0e8b8e41aa84aaf1e59ac1');
INSERT INTO "ledger_head" VALUES('tsw',1,'7add498de1e9e1b543969a0d92a138f9a801d6cc8d8f4dd3ed914d9691299841');
CREATE TABLE ledger_index_decision (
	chain TEXT NOT NULL, 
	number BIGINT NOT NULL, 
	at_ms BIGINT NOT NULL, 
	decision TEXT NOT NULL, 
	verb TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	execute BOOLEAN NOT NULL, 
	capacity FLOAT, 
	capacity_low FLOAT, 
	run TEXT, 
	PRIMARY KEY (chain, number)
);
CREATE TABLE ledger_index_event (
	chain TEXT NOT NULL, 
	number BIGINT NOT NULL, 
	at_ms BIGINT NOT NULL, 
	kind TEXT NOT NULL, 
	until_ms BIGINT, 
	told TEXT NOT NULL, 
	PRIMARY KEY (chain, number, kind)
);
CREATE TABLE ledger_index_job (
	chain TEXT NOT NULL, 
	form INTEGER NOT NULL, 
	up_to BIGINT NOT NULL, 
	standing TEXT NOT NULL, 
	PRIMARY KEY (chain)
);
CREATE TABLE ledger_index_look (
	chain TEXT NOT NULL, 
	number BIGINT NOT NULL, 
	at_ms BIGINT NOT NULL, 
	span FLOAT, 
	load FLOAT, 
	latency FLOAT, 
	latency_max FLOAT, 
	latency_limit FLOAT, 
	lag FLOAT, 
	busy FLOAT, 
	cores FLOAT, 
	observed FLOAT, 
	broken FLOAT, 
	money_per_hour FLOAT, 
	forecast_low FLOAT, 
	forecast_middle FLOAT, 
	forecast_high FLOAT, 
	PRIMARY KEY (chain, number)
);
CREATE TABLE ledger_lease (
	job TEXT NOT NULL, 
	token BIGINT NOT NULL, 
	holder TEXT, 
	action_id TEXT, 
	expires_at TEXT, 
	PRIMARY KEY (job)
);
INSERT INTO "ledger_lease" VALUES('ysb',2,'host-2','ysb:6','2026-01-31T08:01:00.250000Z');
INSERT INTO "ledger_lease" VALUES('tsw',1,NULL,NULL,NULL);
CREATE TABLE ledger_schema_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT ledger_schema_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "ledger_schema_version" VALUES('0003');
CREATE INDEX ledger_entry_kind ON ledger_entry (chain, kind, number);
CREATE TRIGGER ledger_entry_refuses_update BEFORE UPDATE ON ledger_entry BEGIN SELECT RAISE(ABORT, 'an entry of the ledger is never changed'); END;
CREATE TRIGGER ledger_entry_refuses_delete BEFORE DELETE ON ledger_entry BEGIN SELECT RAISE(ABORT, 'an entry of the ledger is never removed'); END;
CREATE TRIGGER ledger_head_refuses_delete BEFORE DELETE ON ledger_head BEGIN SELECT RAISE(ABORT, 'a head of the ledger is never removed'); END;
CREATE TRIGGER ledger_lease_refuses_delete BEFORE DELETE ON ledger_lease WHEN TRUE BEGIN SELECT RAISE(ABORT, 'a lease of the ledger is given back, never removed'); END;
CREATE TRIGGER ledger_lease_refuses_update BEFORE UPDATE ON ledger_lease WHEN NEW.token < OLD.token BEGIN SELECT RAISE(ABORT, 'a token of the ledger never goes back'); END;
CREATE INDEX ledger_index_look_time ON ledger_index_look (chain, at_ms);
CREATE INDEX ledger_index_decision_time ON ledger_index_decision (chain, at_ms);
CREATE INDEX ledger_index_event_time ON ledger_index_event (chain, at_ms);
CREATE INDEX ledger_index_decision_run ON ledger_index_decision (run);
COMMIT;
