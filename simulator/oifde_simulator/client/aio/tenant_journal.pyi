from oifde_simulator_client.aio.tenant_journal import *
