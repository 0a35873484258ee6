from oifde_simulator_client.operations.tenants import *
