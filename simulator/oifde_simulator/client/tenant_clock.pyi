from oifde_simulator_client.tenant_clock import *
